// A filter of the Go SDK: logs each callback and what it reads, changes headers and bodies, calls out, counts.
package main

import (
	"fmt"

	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm"
	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm/types"
)

func main() {}

func init() { proxywasm.SetVMContext(&vm{}) }

type vm struct{ types.DefaultVMContext }

func (*vm) NewPluginContext(id uint32) types.PluginContext { return &plugin{id: id} }

type plugin struct {
	types.DefaultPluginContext
	id       uint32
	requests proxywasm.MetricCounter
}

func (p *plugin) OnPluginStart(size int) types.OnPluginStartStatus {
	configuration, err := proxywasm.GetPluginConfiguration()
	proxywasm.LogInfof("configure %d %d %q %v", p.id, size, configuration, err)
	p.requests = proxywasm.DefineCounterMetric("go.requests")
	return types.OnPluginStartStatusOK
}

func (p *plugin) NewHttpContext(id uint32) types.HttpContext {
	proxywasm.LogInfof("context_create %d", id)
	return &stream{id: id, plugin: p}
}

type stream struct {
	types.DefaultHttpContext
	id     uint32
	plugin *plugin
}

func (s *stream) OnHttpRequestHeaders(count int, end bool) types.Action {
	s.plugin.requests.Increment(1)
	path, err := proxywasm.GetHttpRequestHeader(":path")
	proxywasm.LogInfof("request_headers %d %d %v %s %v", s.id, count, end, path, err)
	_, err = proxywasm.GetHttpRequestHeader("x-none")
	route, _ := proxywasm.GetProperty([]string{"xds", "route_name"})
	proxywasm.LogInfof("absent %v, route %s", err, route)
	_ = proxywasm.AddHttpRequestHeader("x-go", "1")
	_, err = proxywasm.DispatchHttpCall("http", [][2]string{{":method", "GET"}, {":path", "/called"}, {":authority", "callee"}}, nil, nil, 1000, s.called)
	if err != nil {
		proxywasm.LogErrorf("call: %v", err)
		return types.ActionContinue
	}
	return types.ActionPause
}

func (s *stream) called(headers, size, trailers int) {
	body, err := proxywasm.GetHttpCallResponseBody(0, 11)
	proxywasm.LogInfof("called %d %d %d %q %v", headers, size, trailers, body, err)
	if err := proxywasm.ResumeHttpRequest(); err != nil {
		proxywasm.LogErrorf("resume: %v", err)
	}
}

func (s *stream) OnHttpRequestBody(size int, end bool) types.Action {
	body, err := proxywasm.GetHttpRequestBody(0, size)
	proxywasm.LogInfof("request_body %d %v %q %v", size, end, body, err)
	return types.ActionContinue
}

func (s *stream) OnHttpResponseHeaders(count int, end bool) types.Action {
	proxywasm.LogInfof("response_headers %d %v", count, end)
	_ = proxywasm.RemoveHttpResponseHeader("content-length")
	_ = proxywasm.SetProperty([]string{"seen"}, []byte(fmt.Sprint(s.id)))
	return types.ActionContinue
}

func (s *stream) OnHttpResponseBody(size int, end bool) types.Action {
	proxywasm.LogInfof("response_body %d %v", size, end)
	if !end {
		return types.ActionPause
	}
	_ = proxywasm.AppendHttpResponseBody([]byte("and go\n"))
	return types.ActionContinue
}

func (s *stream) OnHttpStreamDone() {
	seen, err := proxywasm.GetProperty([]string{"seen"})
	proxywasm.LogInfof("delete %d %s %v", s.id, seen, err)
}
