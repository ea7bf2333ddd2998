import {
  Bytes,
  Fields,
  FilterHeadersStatus,
  HeaderMapType,
  HttpContext,
  log,
  LogLevel,
  Problems,
  registerRootContext,
  replaceHeader,
  RootContext,
} from "meltemi/assembly";

/** The filter's configuration; one for each time that it is configured. */
class __CLASS__Root extends RootContext {
  header: Bytes = Bytes.of("");
  value: Bytes = Bytes.of("");

  onConfigure(size: i32): bool {
    const problems = new Problems();
    const fields = Fields.parse(this.configuration(size), problems);
    this.header = Bytes.of(fields.string("header", "x-hello"));
    this.value = Bytes.of(fields.string("value", "world"));
    fields.done();
    if (!problems.none) log(LogLevel.Error, "__NAME__: " + problems.toString());
    return problems.none;
  }

  createHttpContext(id: i32): HttpContext {
    return new __CLASS__(id, this);
  }
}

/** One request and its response. */
class __CLASS__ extends HttpContext {
  constructor(
    id: i32,
    private root: __CLASS__Root,
  ) {
    super(id);
  }

  onRequestHeaders(count: i32, endOfStream: bool): FilterHeadersStatus {
    const root = this.root;
    replaceHeader(
      HeaderMapType.HttpRequestHeaders,
      root.header.view(),
      root.value.view(),
    );
    return FilterHeadersStatus.Continue;
  }
}

registerRootContext((id: i32): RootContext => new __CLASS__Root(id));

export * from "meltemi/assembly/proxy";
