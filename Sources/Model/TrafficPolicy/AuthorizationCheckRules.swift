/// What a service is asked before a request may pass, and what of its answer goes where: Envoy's external authorization
/// over HTTP.
package struct AuthorizationCheckRules: Sendable, Hashable {
    package typealias Field = (name: String, value: String)

    package var pathPrefix: [UInt8]
    /// For the whole call; 0 means no limit.
    package var timeout: Duration
    /// Of the request, what the service gets besides what it always gets.
    package var allowedHeaders: FieldNames
    package var additions: [HeaderChanges.Addition]
    package var upstreamHeaders: FieldNames
    package var appendedUpstreamHeaders: FieldNames
    /// Of a refusal; `nil` means everything.
    package var clientHeaders: FieldNames?
    package var clientHeadersOnSuccess: FieldNames
    package var allowsOnFailure: Bool
    package var marksAllowedFailures: Bool
    package var statusOnError: Int
    package var enabled: RequestShare
    /// Which requests are asked about; nothing means all.
    package var trigger: Trigger?

    package init(
        pathPrefix: [UInt8] = [], timeout: Duration = .zero, allowedHeaders: FieldNames = FieldNames(),
        additions: [HeaderChanges.Addition] = [], upstreamHeaders: FieldNames = FieldNames(),
        appendedUpstreamHeaders: FieldNames = FieldNames(), clientHeaders: FieldNames? = nil,
        clientHeadersOnSuccess: FieldNames = FieldNames(), allowsOnFailure: Bool = false,
        marksAllowedFailures: Bool = false, statusOnError: Int = 403, enabled: RequestShare = .all,
        trigger: Trigger? = nil
    ) {
        self.pathPrefix = pathPrefix
        self.timeout = timeout
        self.allowedHeaders = allowedHeaders
        self.additions = additions
        self.upstreamHeaders = upstreamHeaders
        self.appendedUpstreamHeaders = appendedUpstreamHeaders
        self.clientHeaders = clientHeaders
        self.clientHeadersOnSuccess = clientHeadersOnSuccess
        self.allowsOnFailure = allowsOnFailure
        self.marksAllowedFailures = marksAllowedFailures
        self.statusOnError = statusOnError
        self.enabled = enabled
        self.trigger = trigger
    }

    /// Field names that some conditions take, letter case ignored.
    package struct FieldNames: Sendable, Hashable {
        private let conditions: [FieldCondition]

        package init(_ tests: [FieldCondition.Test] = []) {
            conditions = tests.map { FieldCondition(queryParameter: "", $0) }
        }

        package func contains(_ name: String) -> Bool {
            guard !conditions.isEmpty else { return false }
            let bytes = Array(name.lowercased().utf8)
            return conditions.contains { $0.holds(for: bytes[...]) }
        }
    }

    /// What another filter must have noted of a request.
    package struct Trigger: Sendable, Hashable {
        package var filter: String
        package var path: [String]
        private let condition: FieldCondition
        private let isInverted: Bool

        package init(filter: String, path: [String], value: FieldCondition.Test, isInverted: Bool = false) {
            self.filter = filter
            self.path = path
            condition = FieldCondition(queryParameter: "", value)
            self.isInverted = isInverted
        }

        /// Whether the value is the one; `nil` when nothing was noted.
        package func holds(for value: String?) -> Bool {
            condition.holds(for: value.map { Array($0.utf8)[...] }) != isInverted
        }
    }

    /// What becomes of the request.
    package enum Verdict: Sendable {
        /// It passes: `replaced` and `appended` are its own fields, `response` what its response gets.
        case allow(replaced: [Field], appended: [Field], response: [Field])
        case deny(status: Int, fields: [Field], hasBody: Bool)
    }

    /// Whether the service gets a field of the request. `host` it always gets.
    package func sends(_ name: String) -> Bool {
        name.lowercased() == "authorization" || allowedHeaders.contains(name)
    }

    /// What the service's answer means.
    package func verdict(status: Int, fields: [Field]) -> Verdict {
        // Envoy's reading: 200 alone consents, and a service that fails has not answered.
        if status == 200 {
            return .allow(
                replaced: fields.filter { upstreamHeaders.contains($0.name) },
                appended: fields.filter { appendedUpstreamHeaders.contains($0.name) },
                response: fields.filter { clientHeadersOnSuccess.contains($0.name) })
        }
        if (500...599).contains(status) { return failure }
        return .deny(status: status, fields: fields.filter { tellsClient($0.name) }, hasBody: true)
    }

    /// What it means that there is no answer.
    package var failure: Verdict {
        guard allowsOnFailure else { return .deny(status: statusOnError, fields: [], hasBody: false) }
        return .allow(
            replaced: marksAllowedFailures ? [("x-envoy-auth-failure-mode-allowed", "true")] : [], appended: [],
            response: [])
    }

    private func tellsClient(_ name: String) -> Bool {
        switch name.lowercased() {
        // The answer's own framing is not the response's.
        case "content-length", "transfer-encoding", "connection", "keep-alive", "host", "date", "server": false
        case "www-authenticate", "location": true
        default: clientHeaders?.contains(name) ?? true
        }
    }
}
