/// A call from one service to another, as the spans of its two ends tell it.
package struct ServiceCall: Hashable, Sendable {
    /// Who calls whom. The terms are those of OpenTelemetry's `servicegraph` connector.
    package struct Link: Hashable, Sendable {
        package enum Ends: Hashable, Sendable {
            /// Both ends sent a span.
            case both
            /// The caller alone did; what it calls is known by what it says of it.
            case virtualServer
            /// The same, and it says that it is a database.
            case database
            /// The called alone did, and nobody is above it.
            case virtualClient
        }

        package var client: String
        package var server: String
        package var ends: Ends

        package init(client: String, server: String, ends: Ends = .both) {
            self.client = client
            self.server = server
            self.ends = ends
        }
    }

    /// The client of a ``Link/Ends/virtualClient``, as OpenTelemetry calls it.
    package static let user = "user"

    package var link: Link
    package var hasFailed: Bool
    /// As the caller saw it; nothing where it sent no span.
    package var clientDuration: Duration?
    /// As the called saw it; nothing where it sent no span.
    package var serverDuration: Duration?

    package init(
        link: Link, hasFailed: Bool, clientDuration: Duration? = nil, serverDuration: Duration? = nil
    ) {
        self.link = link
        self.hasFailed = hasFailed
        self.clientDuration = clientDuration
        self.serverDuration = serverDuration
    }
}
