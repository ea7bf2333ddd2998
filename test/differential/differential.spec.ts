import { CASES } from "./cases/index.js";
import { differential } from "./differential.js";

differential("on the host as on Envoy", CASES);
