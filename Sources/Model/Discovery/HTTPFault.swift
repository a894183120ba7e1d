package import JSONWire

/// Delays and answers that are injected into traffic to try what happens then: Envoy's `fault.v3.HTTPFault`.
package struct HTTPFault: Hashable, Sendable {
    package struct Delay: Hashable, Sendable {
        package var duration: Duration
        package var share: FractionalPercent

        package init(duration: Duration, share: FractionalPercent) {
            self.duration = duration
            self.share = share
        }
    }

    package struct Abort: Hashable, Sendable {
        package enum Answer: Hashable, Sendable {
            /// 200…599.
            case http(status: Int)
            /// 0…16.
            case grpc(status: Int)
        }

        package var answer: Answer
        package var share: FractionalPercent

        package init(_ answer: Answer, share: FractionalPercent) {
            self.answer = answer
            self.share = share
        }
    }

    package var delay: Delay?
    package var abort: Abort?

    package init(delay: Delay? = nil, abort: Abort? = nil) {
        self.delay = delay
        self.abort = abort
    }
}

extension HTTPFault: DiscoveryMessage {
    static let typeURL = "type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault"

    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.anyFields(
            Self.typeURL, ["delay", "abort"],
            unsupported: [
                "upstream_cluster", "headers", "downstream_nodes", "max_active_faults", "response_rate_limit",
                "delay_percent_runtime", "abort_percent_runtime", "delay_duration_runtime",
                "abort_http_status_runtime", "max_active_faults_runtime", "response_rate_limit_percent_runtime",
                "abort_grpc_status_runtime", "disable_downstream_cluster_stats", "filter_metadata",
            ])
        if let delay = try fields["delay"]?.fields(["fixed_delay", "percentage"], unsupported: ["header_delay"]) {
            self.delay = Delay(
                duration: try delay.required("fixed_delay").duration(),
                share: try delay["percentage"].map(FractionalPercent.init) ?? .none)
        }
        if let abort = try fields["abort"]?.fields(
            ["http_status", "grpc_status", "percentage"], unsupported: ["header_abort"])
        {
            let answer: Abort.Answer
            switch try abort.one(of: "http_status", "grpc_status") {
            case ("http_status", let status)?: answer = .http(status: try status.integer(in: 200...599))
            case (_, let status)?: answer = .grpc(status: try status.integer(in: 0...16))
            case nil: throw abort.error("either \"http_status\" or \"grpc_status\" is required")
            }
            self.abort = Abort(answer, share: try abort["percentage"].map(FractionalPercent.init) ?? .none)
        }
    }

    package var json: JSONValue {
        .message([
            "delay": delay.map { ["fixed_delay": .duration($0.duration), "percentage": $0.share.json] },
            "abort": abort.map { abort in
                switch abort.answer {
                case .http(let status): ["http_status": .integer(Int64(status)), "percentage": abort.share.json]
                case .grpc(let status): ["grpc_status": .integer(Int64(status)), "percentage": abort.share.json]
                }
            },
        ])
    }
}
