package import JSONWire
import ProtobufWire

/// One trace as Grafana Tempo answers with it, at `/api/traces/ID` and `/api/v2/traces/ID`.
///
/// The first is a `tempopb.Trace`, `{"batches": [ResourceSpans]}` or, later, `{"resourceSpans": […]}`. The second is a
/// `TraceByIDResponse`, `{"trace": …, "metrics": …, "status": "PARTIAL", "message": "…"}`. Both come in JSON or, when
/// asked for by `Accept: application/protobuf`, in protobuf
/// (<https://grafana.com/docs/tempo/latest/api_docs/#query-v2>).
package struct TempoAnswer: Hashable, Sendable {
    package var batch: SpanBatch
    /// Why the trace is not all of it; nothing when it is.
    package var partiality: String?

    /// Reads either form in JSON.
    package init(document: JSONValue, limits: SpanLimits = .default) throws(SpanPayloadError) {
        let trace = document["trace"] ?? document
        if trace["batches"] != nil, var object = trace.object {
            object["resourceSpans"] = object["batches"]
            batch = try OTLPDecoding.batch(document: .object(object), limits: limits)
        } else {
            batch = try OTLPDecoding.batch(document: trace.isNull ? [:] : trace, limits: limits)
        }
        let status = document["status"]
        partiality = Self.partiality(
            isPartial: status?.string == "PARTIAL" || status?.int == 1, message: document["message"]?.string ?? "",
            failedBlocks: document["metrics"]?["failedBlocks"]?.int ?? 0)
    }

    /// Reads `tempopb.Trace { repeated ResourceSpans = 1; }`, which has the form of an OTLP export request.
    package init(protobuf bytes: [UInt8], limits: SpanLimits = .default) throws(SpanPayloadError) {
        batch = try OTLPDecoding.batch(protobuf: bytes, limits: limits)
    }

    /// Reads `TraceByIDResponse { Trace trace = 1; TraceByIDMetrics metrics = 2; PartialStatus status = 3;
    /// string message = 4; }`.
    package init(wrappedProtobuf bytes: [UInt8], limits: SpanLimits = .default) throws(SpanPayloadError) {
        var trace: [UInt8] = []
        var isPartial = false
        var message = ""
        var reader = ProtobufReader(bytes)
        do throws(ProtobufError) {
            while let field = try reader.next() {
                switch (field.number, field.value) {
                // Messages of one field that come twice are joined, says protobuf.
                case (1, .bytes(let inner)): trace += inner
                case (3, .varint(let value)): isPartial = value == 1
                case (4, .bytes(let text)): message = String(decoding: text, as: UTF8.self)
                default: continue
                }
            }
        } catch {
            throw SpanPayloadError(place: "", message: error.description)
        }
        batch = try OTLPDecoding.batch(protobuf: trace, limits: limits)
        partiality = Self.partiality(isPartial: isPartial, message: message, failedBlocks: 0)
    }

    private static func partiality(isPartial: Bool, message: String, failedBlocks: Int) -> String? {
        guard isPartial || failedBlocks > 0 else { return nil }
        if !message.isEmpty { return message }
        return failedBlocks > 0 ? "\(failedBlocks) blocks could not be read" : "it does not say why"
    }
}
