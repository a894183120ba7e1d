import sys, json
from opentelemetry.sdk.trace import TracerProvider, IdGenerator
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context, Link
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from google.protobuf.json_format import MessageToDict
import base64

class Ids(IdGenerator):
    n = 0
    def generate_span_id(self):
        Ids.n += 1
        return 0xb7ad6b7169203330 + Ids.n
    def generate_trace_id(self):
        return 0x0af7651916cd43dd8448eb211c80319c
mem = InMemorySpanExporter()
def provider(name):
    p = TracerProvider(resource=Resource({"service.name": name, "deployment.environment.name": "test"}), id_generator=Ids())
    p.add_span_processor(SimpleSpanProcessor(mem)); return p
T=1_700_000_000_000_000_000
web=provider("web").get_tracer("shop.web","1.0"); pay=provider("payment-service").get_tracer("shop.payment","2.0")
root=web.start_span("GET /checkout", kind=SpanKind.SERVER, start_time=T, attributes={"http.request.method":"GET","http.response.status_code":500,"url.path":"/checkout?é","ratio":0.25,"cached":False,"tags":["a","b"],"sizes":[1,2]})
call=web.start_span("POST payment-service", kind=SpanKind.CLIENT, context=set_span_in_context(root), start_time=T+1_000_000, attributes={"peer.service":"payment-service"})
s=pay.start_span("POST /pay", kind=SpanKind.SERVER, context=set_span_in_context(call), start_time=T+2_000_001, links=[Link(root.get_span_context(), {"why":"because"})])
s.add_event("exception", {"exception.message":"card refused"}, timestamp=T+3_000_000)
s.set_status(Status(StatusCode.ERROR,"card refused")); s.end(T+9_000_000)
call.set_status(Status(StatusCode.ERROR)); call.end(T+9_500_000)
root.set_status(Status(StatusCode.OK)); root.end(T+10_000_000)
req=encode_spans(mem.get_finished_spans())
out=sys.argv[1]
open(out+"/export-request.pb","wb").write(req.SerializeToString())
d=MessageToDict(req)   # protobuf's own JSON mapping; OTLP/JSON differs by hex ids and enums as numbers
kinds={"SPAN_KIND_INTERNAL":1,"SPAN_KIND_SERVER":2,"SPAN_KIND_CLIENT":3}
def fix(x):
    if isinstance(x,dict):
        return {k:(base64.b64decode(v).hex() if k in("traceId","spanId","parentSpanId") else kinds[v] if k=="kind" else {"STATUS_CODE_OK":1,"STATUS_CODE_ERROR":2}[v] if k=="code" else fix(v)) for k,v in x.items()}
    if isinstance(x,list): return [fix(v) for v in x]
    return x
json.dump(fix(d),open(out+"/export-request.json","w"),indent=1,ensure_ascii=False); open(out+"/export-request.json","a").write("\n")
