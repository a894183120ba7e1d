"""Writes what Jaeger's exporter sends for one call between two services: make-jaeger.py DIRECTORY.

The README beside it says what it needs. Clock and ids are fixed, so that the bytes are
always the same. The exporter's own transport is replaced by one that keeps what it would post.
"""

import itertools
import pathlib
import sys

from opentelemetry.exporter.jaeger.thrift import JaegerExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context
from thrift.protocol import TBinaryProtocol
from thrift.transport import TTransport


class Counted(IdGenerator):
    def __init__(self):
        self.next = itertools.count(0xB7AD6B7169203331)

    def generate_span_id(self):
        return next(self.next)

    def generate_trace_id(self):
        return 0x0AF7651916CD43DD8448EB211C80319C


class Kept(SpanExporter):
    def __init__(self):
        self.spans = []

    def export(self, spans):
        self.spans += spans
        return SpanExportResult.SUCCESS


def record():
    kept = Kept()
    provider = TracerProvider(resource=Resource({"service.name": "web", "host.name": "a"}), id_generator=Counted())
    provider.add_span_processor(SimpleSpanProcessor(kept))
    tracer = provider.get_tracer("recorder")
    start = 1_700_000_000_000_000_000
    root = tracer.start_span("get /checkout", kind=SpanKind.SERVER, start_time=start)
    context = set_span_in_context(root)
    call = tracer.start_span(
        "post payment", context, kind=SpanKind.CLIENT, start_time=start + 1_000_000,
        attributes={"attempt": 2, "ratio": 0.25, "retried": True, "peer.service": "payment"})
    call.add_event("refused", {"reason": "funds"}, timestamp=start + 2_000_000)
    call.set_status(Status(StatusCode.ERROR, "card refused"))
    call.end(end_time=start + 4_000_000)
    root.end(end_time=start + 5_000_000)

    posted = []
    exporter = JaegerExporter(collector_endpoint="http://127.0.0.1:14268/api/traces?format=jaeger.thrift")

    def submit(batch):
        buffer = TTransport.TMemoryBuffer()
        batch.write(TBinaryProtocol.TBinaryProtocol(buffer))
        posted.append(buffer.getvalue())

    exporter._collector_http_client.submit = submit
    exporter.export(kept.spans)
    (payload,) = posted
    return payload


if __name__ == "__main__":
    (pathlib.Path(sys.argv[1]) / "jaeger.thrift").write_bytes(record())
