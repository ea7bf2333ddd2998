export { compileFilters, type FilterList, type RouterOptions } from "./filter-list.js";
