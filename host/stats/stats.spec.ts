import { fromJson } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { StatsConfigSchema } from "../../xds/gen/envoy/config/metrics/v3/stats_pb.js";
import { prometheusText, readStatTags, StatsStore, statsJson, statsText } from "./index.js";

function filled(): StatsStore {
  const store = new StatsStore();
  store.scope("cluster.outbound|9080|v1|reviews.bookinfo").counter("upstream_rq_2xx").inc(3);
  store.scope("cluster").scope("a.b").gauge("upstream_cx_active").set(2);
  store.counter("http.in_9080.downstream_rq_total").inc();
  const histogram = store.histogram("cluster.c.upstream_rq_time");
  for (const value of [1, 2, 700]) histogram.record(value);
  return store;
}

test("a name gives the same counter through every scope", () => {
  const store = filled();
  expect(store.counter("cluster.outbound|9080|v1|reviews.bookinfo.upstream_rq_2xx").value).toBe(3);
});

test("text is Envoy's, sorted, and can be filtered", () => {
  const lines = statsText(filled()).split("\n");
  expect(lines.slice(0, 3)).toEqual([
    "cluster.a.b.upstream_cx_active: 2",
    "cluster.outbound|9080|v1|reviews.bookinfo.upstream_rq_2xx: 3",
    "http.in_9080.downstream_rq_total: 1",
  ]);
  expect(statsText(filled(), (name) => name.startsWith("http."))).toBe("http.in_9080.downstream_rq_total: 1\n");
  expect(JSON.parse(statsJson(filled())).stats).toContainEqual({ name: "cluster.a.b.upstream_cx_active", value: 2 });
});

test("Prometheus' form has Envoy's labels, and histograms as buckets", () => {
  const text = prometheusText(filled());
  expect(text).toContain("# TYPE envoy_cluster_upstream_cx_active gauge\n");
  expect(text).toContain('envoy_cluster_upstream_cx_active{envoy_cluster_name="a.b"} 2\n');
  expect(text).toContain(
    'envoy_cluster_upstream_rq_xx{envoy_response_code_class="2",envoy_cluster_name="outbound|9080|v1|reviews.bookinfo"} 3',
  );
  expect(text).toContain('envoy_http_downstream_rq_total{envoy_http_conn_manager_prefix="in_9080"} 1');
  expect(text).toContain('envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name="c",le="5"} 2');
  expect(text).toContain('envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name="c",le="+Inf"} 3');
  expect(text).toContain('envoy_cluster_upstream_rq_time_sum{envoy_cluster_name="c"} 703');
});

test("stats_tags make labels of parts of a module's metrics, which keep their own names", () => {
  const tags = readStatTags(
    fromJson(StatsConfigSchema, {
      stats_tags: [
        { tag_name: "service", regex: "(;service=([^;]*))" },
        { tag_name: "code", regex: "(;code=([^;]*))" },
        { tag_name: "absent", regex: "(;absent=([^;]*))" },
      ],
    }),
  );
  const store = new StatsStore();
  store.counter("wasmcustom.calls_total;code=20;service=a.b:1").inc(3);
  store.histogram("wasmcustom.calls_ms;service=a.b:1").record(7);
  const text = prometheusText(store, () => true, tags);
  expect(text).toContain('# TYPE calls_total counter\ncalls_total{service="a.b:1",code="20"} 3\n');
  expect(text).toContain('calls_ms_sum{service="a.b:1"} 7\n');
  const bad = (tag: object) => () => readStatTags(fromJson(StatsConfigSchema, { stats_tags: [tag as never] }));
  expect(bad({ tag_name: "x", regex: "(" })).toThrow("stats_config.stats_tags[0].regex: ");
  expect(bad({ tag_name: "x", fixed_value: "y" })).toThrow("stats_config.stats_tags[0]: expected regex");
});

test("what outlier detection and TLS count is the cluster's, whatever dots its name has", () => {
  const store = new StatsStore();
  store.gauge("cluster.outbound|1||a.b.outlier_detection.ejections_active").set(1);
  store.counter("cluster.outbound|1||a.b.ssl.handshake").inc();
  const text = prometheusText(store);
  expect(text).toContain('envoy_cluster_outlier_detection_ejections_active{envoy_cluster_name="outbound|1||a.b"} 1');
  expect(text).toContain('envoy_cluster_ssl_handshake{envoy_cluster_name="outbound|1||a.b"} 1');
});
