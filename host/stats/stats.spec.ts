import { expect, test } from "vitest";
import { prometheusText, StatsStore, statsJson, statsText } from "./index.js";

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
