"""Writes what py-zipkin sends for one call between two services: make-zipkin.py DIRECTORY.

Needs `pip install py-zipkin`. Clock and ids are fixed, so that the bytes are always the same.
"""

import itertools
import pathlib
import sys
import time

from py_zipkin import Encoding, Kind, zipkin
from py_zipkin.transport import BaseTransportHandler
from py_zipkin.util import ZipkinAttrs


class Kept(BaseTransportHandler):
    def __init__(self):
        super().__init__()
        self.payloads = []

    def get_max_payload_bytes(self):
        return None

    def send(self, payload):
        self.payloads.append(payload)


def record(encoding):
    clock = itertools.count()
    time.time = lambda: 1_700_000_000 + 0.001 * next(clock)
    kept = Kept()
    attrs = ZipkinAttrs("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", None, "0", True)
    with zipkin.zipkin_span(
        service_name="web", span_name="get /checkout", transport_handler=kept, encoding=encoding, port=8080,
        host="127.0.0.1", sample_rate=100, zipkin_attrs=attrs, kind=Kind.SERVER,
        binary_annotations={"http.status_code": "500"}, use_128bit_trace_id=True,
    ):
        shared = ZipkinAttrs("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203332", "b7ad6b7169203331", "0", True)
        with zipkin.zipkin_client_span(
            service_name="web", span_name="post payment", annotations={"retried": 1_700_000_000.0025},
        ) as span:
            span.zipkin_attrs = shared
            span.add_sa_binary_annotation(port=80, service_name="payment", host="10.0.0.9")
            with zipkin.zipkin_span(
                service_name="payment", span_name="post /pay", transport_handler=kept, encoding=encoding, port=80,
                host="10.0.0.9", zipkin_attrs=shared, kind=Kind.SERVER, binary_annotations={"error": "card refused"},
            ):
                pass
    (payload,) = kept.payloads
    return payload if isinstance(payload, bytes) else payload.encode()


if __name__ == "__main__":
    directory = pathlib.Path(sys.argv[1])
    for name, encoding in [("zipkin-v2", Encoding.V2_JSON), ("zipkin-v1", Encoding.V1_JSON)]:
        (directory / f"{name}.json").write_bytes(record(encoding))
