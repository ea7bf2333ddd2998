//! A filter of the Rust SDK: logs each callback and what it reads, changes headers and bodies, calls out, counts.
use log::info;
use proxy_wasm::hostcalls;
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, ContextType, LogLevel, MetricType};
use std::time::Duration;

proxy_wasm::main! {{
    proxy_wasm::set_log_level(LogLevel::Info);
    proxy_wasm::set_root_context(|_| Box::new(Root { requests: 0 }));
}}

struct Root {
    requests: u32,
}

impl Context for Root {}

impl RootContext for Root {
    fn on_configure(&mut self, size: usize) -> bool {
        let configuration = self.get_plugin_configuration().unwrap_or_default();
        info!("configure {size} {:?}", String::from_utf8_lossy(&configuration));
        self.requests = hostcalls::define_metric(MetricType::Counter, "rust.requests").unwrap();
        true
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }

    fn create_http_context(&self, id: u32) -> Option<Box<dyn HttpContext>> {
        info!("context_create {id}");
        Some(Box::new(Stream { id, requests: self.requests }))
    }
}

struct Stream {
    id: u32,
    requests: u32,
}

impl Context for Stream {
    fn on_http_call_response(&mut self, _token: u32, headers: usize, size: usize, trailers: usize) {
        let body = self.get_http_call_response_body(0, 11).unwrap_or_default();
        info!("called {headers} {size} {trailers} {:?}", String::from_utf8_lossy(&body));
        self.resume_http_request();
    }
}

impl HttpContext for Stream {
    fn on_http_request_headers(&mut self, count: usize, end: bool) -> Action {
        hostcalls::increment_metric(self.requests, 1).unwrap();
        info!("request_headers {} {count} {end} {:?}", self.id, self.get_http_request_headers());
        info!("absent {:?}, route {:?}", self.get_http_request_header("x-none"), self.get_property(vec!["xds", "route_name"]));
        self.set_http_request_header("x-rust", Some("1"));
        let call = vec![(":method", "GET"), (":path", "/called"), (":authority", "callee")];
        self.dispatch_http_call("http", call, None, vec![], Duration::from_secs(1)).unwrap();
        Action::Pause
    }

    fn on_http_request_body(&mut self, size: usize, end: bool) -> Action {
        info!("request_body {size} {end} {:?}", self.get_http_request_body(0, size));
        Action::Continue
    }

    fn on_http_response_headers(&mut self, count: usize, end: bool) -> Action {
        info!("response_headers {count} {end}");
        self.set_http_response_header("content-length", None);
        self.set_property(vec!["seen"], Some(b"yes"));
        Action::Continue
    }

    fn on_http_response_body(&mut self, size: usize, end: bool) -> Action {
        info!("response_body {size} {end}");
        if !end {
            return Action::Pause;
        }
        self.set_http_response_body(size, 0, b"and rust\n");
        Action::Continue
    }

    fn on_log(&mut self) {
        info!("delete {} {:?}", self.id, self.get_property(vec!["seen"]));
    }
}
