package import Quantities

/// What a control plane says of itself: who runs with its configuration, and whom it vouches for.
package struct ControlPlaneReport: Hashable, Sendable {
    /// `127.0.0.1:15010`.
    package var address: String
    /// When it answered last; nothing when it never did.
    package var answered: WallTime?
    /// Why it did not answer now, in words; nothing when it did.
    package var trouble: String?
    /// What it is, `meshtop 0.1.0`; nothing when it does not say.
    package var version: String?
    /// The number of the newest configuration.
    package var revision: Int?
    /// By name.
    package var proxies: [ProxyReport] = []
    /// Certificates that have not expired, soonest first; nothing when it does not tell of them.
    package var certificates: [CertificateReport]?
    /// What workloads want of their callers, by namespace and name; nothing when it does not tell.
    package var policies: [PolicyReport]?

    package init(address: String) {
        self.address = address
    }
}

/// A proxy as its control plane knows it.
package struct ProxyReport: Hashable, Sendable {
    package enum Sync: Hashable, Sendable {
        /// It runs with everything that it was sent, and that is the newest.
        case synced
        /// It was sent something newer than what it runs with.
        case stale
        /// Nothing was sent yet.
        case notSent
    }

    /// `payment-v1.payments`.
    package var name: String
    package var namespace: String
    /// The workload's own address in the mesh; empty when the proxy does not say.
    package var address: String
    package var isConnected: Bool
    package var sync: Sync
    /// The newest configuration that all of it is of.
    package var revision: Int?
    /// For how long it has been there without a break.
    package var connectedFor: Duration?
    /// The last answer that it refused.
    package var refusal: Refusal?

    package struct Refusal: Hashable, Sendable {
        /// The proxy's own words.
        package var text: String
        package var ago: Duration?
        /// Whether it still refuses the newest.
        package var isStanding: Bool

        package init(text: String, ago: Duration?, isStanding: Bool) {
            self.text = text
            self.ago = ago
            self.isStanding = isStanding
        }
    }

    package init(
        name: String, namespace: String, address: String = "", isConnected: Bool, sync: Sync, revision: Int? = nil,
        connectedFor: Duration? = nil, refusal: Refusal? = nil
    ) {
        self.name = name
        self.namespace = namespace
        self.address = address
        self.isConnected = isConnected
        self.sync = sync
        self.revision = revision
        self.connectedFor = connectedFor
        self.refusal = refusal
    }
}

/// A certificate that the control plane issued, or its own root.
package struct CertificateReport: Hashable, Sendable {
    package enum Standing: Hashable, Sendable {
        case root
        /// One of the newest of its identity: as many as there are workloads of that identity.
        case current
        /// Newer ones were issued since.
        case replaced
    }

    /// `spiffe://…`, or the root's name.
    package var identity: String
    package var serial: String
    package var issued: WallTime
    package var expires: WallTime
    package var standing: Standing

    package init(identity: String, serial: String, issued: WallTime, expires: WallTime, standing: Standing) {
        self.identity = identity
        self.serial = serial
        self.issued = issued
        self.expires = expires
        self.standing = standing
    }
}

/// What a workload wants of its callers.
package struct PolicyReport: Hashable, Sendable {
    package var namespace: String
    /// The WorkloadEntry, `payment-v1`.
    package var workload: String
    /// `STRICT`, `PERMISSIVE` or `DISABLE`.
    package var mode: String
    /// The PeerAuthentication that says so, as `namespace/name`; nothing when it is the default.
    package var policy: String?
    /// Ports where it is otherwise, `9080 DISABLE`.
    package var exceptions: [String]
    /// Who may call it, by which policies: `DENY shop/only-web`, with `(dry run)` behind those that are only tried.
    package var authorization: [String] = []
    /// False when no proxy stands before it: then nothing of this is in force.
    package var hasProxy: Bool
    /// Who it is to others, `spiffe://…`.
    package var identity: String

    package init(
        namespace: String, workload: String, mode: String, policy: String? = nil, exceptions: [String] = [],
        hasProxy: Bool = true, identity: String = ""
    ) {
        self.namespace = namespace
        self.workload = workload
        self.mode = mode
        self.policy = policy
        self.exceptions = exceptions
        self.hasProxy = hasProxy
        self.identity = identity
    }
}
