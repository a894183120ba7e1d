package import HTTPTransport
internal import HTTPWire
internal import PushedMetrics
internal import Quantities
internal import SystemIO

/// The receiver's answers to metrics that are pushed.
///
/// | request | what it is |
/// |---|---|
/// | `POST /api/v1/write` | Prometheus' remote write, versions 1.0 and 2.0 |
/// | `POST /v1/metrics` | OpenTelemetry's metrics, as OTLP over HTTP |
///
/// What is understood is put into the ``MetricInbox`` and answered at once; whether samples are new is found out by the
/// collector, which tells of those that are not.
package struct PushAPI: Sendable {
    let inbox: MetricInbox
    /// Bytes of a request's body once it is unpacked; more is answered 413.
    let maximumBody: Int

    package init(inbox: MetricInbox, maximumBody: Int = 16 << 20) {
        self.inbox = inbox
        self.maximumBody = max(0, maximumBody)
    }

    /// The answer; nothing when the request is not about metrics.
    package func respond(to request: HTTPRequest) -> HTTPResponse? {
        let answer: (HTTPRequest) -> HTTPResponse
        switch request.path {
        case "/api/v1/write", "/api/v1/push": answer = write
        case "/v1/metrics": answer = export
        default: return nil
        }
        guard request.method == "POST" else {
            var response = HTTPResponse.text("\(request.path) answers POST only\n", status: 405)
            response.headers["allow"] = "POST"
            return response
        }
        return answer(request)
    }

    /// Who sent it, without the port.
    func peer(of request: HTTPRequest) -> String {
        let address = request.peer.map { "\($0)" } ?? "somebody"
        return address.lastIndex(of: ":").map { String(address[..<$0]) } ?? address
    }

    private func write(_ request: HTTPRequest) -> HTTPResponse {
        let version: RemoteWriteDecoding.Version
        do throws(Refusal) {
            version = try self.version(of: request)
        } catch {
            return .text(error.message + "\n", status: 415)
        }
        // A full inbox is looked at first: unpacking would be for nothing.
        guard !inbox.isFull else { return comeAgain }
        let batch: PushedBatch
        do throws(SnappyError) {
            let body = try Snappy.unpack(request.body, limit: maximumBody)
            do throws(PushError) {
                batch = try RemoteWriteDecoding.batch(body, version: version, wants: inbox.wants)
            } catch {
                return .text("the body is no write request: \(error.description)\n", status: 400)
            }
        } catch {
            if case .tooLarge = error {
                return .text("\(error.description); send smaller batches (max_samples_per_send)\n", status: 413)
            }
            return .text("\(error.description)\n", status: 400)
        }
        guard
            inbox.put(
                batch, by: .remoteWrite, from: peer(of: request), at: SystemClock.monotonic(), SystemClock.wall())
        else { return comeAgain }
        var response = HTTPResponse(status: 204)
        // Version two wants to be told what was written, and has this from nobody else.
        response.headers["x-prometheus-remote-write-samples-written"] = "\(batch.writtenCount - batch.rejectedCount)"
        response.headers["x-prometheus-remote-write-histograms-written"] = "0"
        response.headers["x-prometheus-remote-write-exemplars-written"] = "0"
        guard batch.rejectedCount == 0 else {
            // Invalid samples are answered 400, though the valid ones were written: the sender must not send them again.
            let reason = batch.firstRejection ?? ""
            return HTTPResponse(
                status: 400, headers: response.headers,
                body: Array("\(batch.rejectedCount) samples were not taken: \(reason)\n".utf8))
        }
        return response
    }

    private struct Refusal: Error {
        var message: String
    }

    private func version(of request: HTTPRequest) throws(Refusal) -> RemoteWriteDecoding.Version {
        let coding = request.headers["content-encoding"] ?? ""
        guard coding.lowercased() == "snappy" else {
            throw Refusal(
                message: "the content encoding is \"\(coding.prefix(64))\"; remote write is packed with snappy")
        }
        let type = (request.headers["content-type"] ?? "").lowercased().filter { $0 != " " && $0 != "\t" }
        let parts = type.split(separator: ";").map(String.init)
        guard parts.first == "application/x-protobuf" else {
            throw Refusal(
                message: "the content type is \"\(type.prefix(64))\"; remote write is application/x-protobuf")
        }
        switch parts.dropFirst().first(where: { $0.hasPrefix("proto=") })?.dropFirst("proto=".count) {
        case nil, "prometheus.writerequest": return .one
        case "io.prometheus.write.v2.request": return .two
        case let other?:
            throw Refusal(
                message: "the message is \"\(other.prefix(64))\"; send prometheus.WriteRequest or "
                    + "io.prometheus.write.v2.Request")
        }
    }

    private var comeAgain: HTTPResponse {
        var response = HTTPResponse.text(
            "more than \(MetricInbox.capacity) samples wait to be looked at; come again\n", status: 429)
        response.headers["retry-after"] = "1"
        return response
    }
}
