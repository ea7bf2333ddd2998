import { describeSession } from "../../../../assembly/testing/describe-session.support.js";
import { bombs, noStarts, recorded, source } from "./sessions.support.js";

describeSession("postgresql, as any session", { source, samples: recorded, bombs, noStarts });
