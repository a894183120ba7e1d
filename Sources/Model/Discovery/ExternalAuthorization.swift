/// Asks a service over HTTP whether a request may pass: Envoy's `ext_authz.v3.ExtAuthz` with an `http_service`.
package struct ExternalAuthorization: Hashable, Sendable {
    /// Which requests are asked about: what another filter noted of them, Envoy's `MetadataMatcher` for a text.
    package struct Trigger: Hashable, Sendable {
        package var filter: String
        package var path: [String]
        package var value: Route.StringCondition
        package var isInverted: Bool

        package init(filter: String, path: [String], value: Route.StringCondition, isInverted: Bool = false) {
            self.filter = filter
            self.path = path
            self.value = value
            self.isInverted = isInverted
        }
    }

    package var cluster: String
    /// Envoy wants one and uses no part of it.
    package var uri: String
    package var timeout: Duration
    package var pathPrefix: String
    /// Of the request, what the service gets besides method, path, host and authorization.
    package var allowedHeaders: [Route.StringCondition]
    /// What it gets in addition; name and value.
    package var addedHeaders: [HeaderOperations.Addition]
    /// Of its consent, what replaces the request's own.
    package var upstreamHeaders: [Route.StringCondition]
    /// Of its consent, what is added to fields that the request has.
    package var appendedUpstreamHeaders: [Route.StringCondition]
    /// Of its refusal, what the client gets; empty means everything.
    package var clientHeaders: [Route.StringCondition]
    /// Of its consent, what the client gets with the response.
    package var clientHeadersOnSuccess: [Route.StringCondition]
    /// True lets requests pass when the service cannot be asked.
    package var allowsOnFailure: Bool
    /// True tells the upstream of it.
    package var marksAllowedFailures: Bool
    /// When the service cannot be asked; nothing means 403.
    package var statusOnError: Int?
    /// Nothing means all requests.
    package var enabled: FractionalPercent?
    package var trigger: Trigger?
    package var statPrefix: String?

    package init(
        cluster: String, uri: String, timeout: Duration, pathPrefix: String = "",
        allowedHeaders: [Route.StringCondition] = [], addedHeaders: [HeaderOperations.Addition] = [],
        upstreamHeaders: [Route.StringCondition] = [], appendedUpstreamHeaders: [Route.StringCondition] = [],
        clientHeaders: [Route.StringCondition] = [], clientHeadersOnSuccess: [Route.StringCondition] = [],
        allowsOnFailure: Bool = false, marksAllowedFailures: Bool = false, statusOnError: Int? = nil,
        enabled: FractionalPercent? = nil, trigger: Trigger? = nil, statPrefix: String? = nil
    ) {
        self.cluster = cluster
        self.uri = uri
        self.timeout = timeout
        self.pathPrefix = pathPrefix
        self.allowedHeaders = allowedHeaders
        self.addedHeaders = addedHeaders
        self.upstreamHeaders = upstreamHeaders
        self.appendedUpstreamHeaders = appendedUpstreamHeaders
        self.clientHeaders = clientHeaders
        self.clientHeadersOnSuccess = clientHeadersOnSuccess
        self.allowsOnFailure = allowsOnFailure
        self.marksAllowedFailures = marksAllowedFailures
        self.statusOnError = statusOnError
        self.enabled = enabled
        self.trigger = trigger
        self.statPrefix = statPrefix
    }
}
