package import Patterns

/// A log of requests or connections, one line each: Envoy's `config.accesslog.v3.AccessLog` with a
/// `file.v3.FileAccessLog` in it.
package struct AccessLog: Hashable, Sendable {
    package enum Format: Hashable, Sendable {
        /// A line as written, with its end.
        case text(FormatString)
        /// An object a line, its fields by name.
        case json([String: FormatString])
    }

    /// A file, `/dev/stdout` or `/dev/stderr`.
    package var path: String
    /// Envoy's own format where nothing is said.
    package var format: Format
    /// What is logged; everything where nothing is said.
    package var filter: AccessLogFilter?

    package init(path: String, format: Format = .text(envoyDefault), filter: AccessLogFilter? = nil) {
        self.path = path
        self.format = format
        self.filter = filter
    }

    /// Envoy's default line.
    package static let envoyDefault = known(
        """
        [%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% \
        %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \
        "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%"

        """)

    /// A format of this program's own, which has no mistake; the tests read each.
    package static func known(_ source: String) -> FormatString {
        (try? FormatString(source)) ?? FormatString(literal: source)
    }
}

/// Which requests a log is about: Envoy's `config.accesslog.v3.AccessLogFilter`.
package indirect enum AccessLogFilter: Hashable, Sendable {
    package enum Comparison: String, Hashable, Sendable, CaseIterable {
        case equal = "EQ"
        case notEqual = "NE"
        case atLeast = "GE"
        case atMost = "LE"
    }

    case status(Comparison, Int)
    /// Of the whole time, in milliseconds.
    case duration(Comparison, Int)
    /// No request of a health check, as far as Envoy's health-check filter tells: nothing here is one.
    case notHealthCheck
    /// A share of the requests.
    case share(FractionalPercent)
    case all([AccessLogFilter])
    case any([AccessLogFilter])
    case header(Route.HeaderMatcher)
    /// Any of these response flags, in Envoy's abbreviations; any flag at all where there is none.
    case flags([String])
    /// gRPC's statuses by their numbers, or all but these.
    case grpcStatus([Int], excluded: Bool)
}

extension AccessLog {
    /// The line that Istio writes unless the mesh says otherwise (`accessLogFormat`).
    package static let istioText = known(
        """
        [%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% \
        %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% \
        "%UPSTREAM_TRANSPORT_FAILURE_REASON%" %BYTES_RECEIVED% %BYTES_SENT% %DURATION% \
        %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" \
        "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" %UPSTREAM_CLUSTER_RAW% %UPSTREAM_LOCAL_ADDRESS% \
        %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%

        """)

    /// The object that Istio writes where the mesh wants JSON (`accessLogEncoding`).
    package static let istioJSON = [
        "start_time": "%START_TIME%", "route_name": "%ROUTE_NAME%", "method": "%REQ(:METHOD)%",
        "path": "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%", "protocol": "%PROTOCOL%", "response_code": "%RESPONSE_CODE%",
        "response_flags": "%RESPONSE_FLAGS%", "response_code_details": "%RESPONSE_CODE_DETAILS%",
        "connection_termination_details": "%CONNECTION_TERMINATION_DETAILS%", "bytes_received": "%BYTES_RECEIVED%",
        "bytes_sent": "%BYTES_SENT%", "duration": "%DURATION%",
        "upstream_service_time": "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%", "x_forwarded_for": "%REQ(X-FORWARDED-FOR)%",
        "user_agent": "%REQ(USER-AGENT)%", "request_id": "%REQ(X-REQUEST-ID)%", "authority": "%REQ(:AUTHORITY)%",
        "upstream_host": "%UPSTREAM_HOST%", "upstream_cluster": "%UPSTREAM_CLUSTER%",
        "upstream_local_address": "%UPSTREAM_LOCAL_ADDRESS%",
        "downstream_local_address": "%DOWNSTREAM_LOCAL_ADDRESS%",
        "downstream_remote_address": "%DOWNSTREAM_REMOTE_ADDRESS%",
        "requested_server_name": "%REQUESTED_SERVER_NAME%",
        "upstream_transport_failure_reason": "%UPSTREAM_TRANSPORT_FAILURE_REASON%",
    ].mapValues { known($0) }
}
