/// When endpoints that answer badly are left out: Envoy's `cluster.v3.OutlierDetection`. What is not said has Envoy's
/// default, which is the business of whoever acts on it.
package struct OutlierDetection: Hashable, Sendable {
    package var serverErrors: UInt32?
    package var enforcingServerErrors: UInt32?
    package var gatewayErrors: UInt32?
    package var enforcingGatewayErrors: UInt32?
    package var localFailures: UInt32?
    package var enforcingLocalFailures: UInt32?
    package var splitsLocalErrors: Bool
    package var interval: Duration?
    package var baseEjectionTime: Duration?
    package var maximumEjectionTime: Duration?
    package var maximumJitter: Duration?
    package var maximumEjectionPercent: UInt32?
    package var alwaysEjectsOne: Bool

    package init(
        serverErrors: UInt32? = nil, enforcingServerErrors: UInt32? = nil, gatewayErrors: UInt32? = nil,
        enforcingGatewayErrors: UInt32? = nil, localFailures: UInt32? = nil, enforcingLocalFailures: UInt32? = nil,
        splitsLocalErrors: Bool = false, interval: Duration? = nil, baseEjectionTime: Duration? = nil,
        maximumEjectionTime: Duration? = nil, maximumJitter: Duration? = nil, maximumEjectionPercent: UInt32? = nil,
        alwaysEjectsOne: Bool = false
    ) {
        self.serverErrors = serverErrors
        self.enforcingServerErrors = enforcingServerErrors
        self.gatewayErrors = gatewayErrors
        self.enforcingGatewayErrors = enforcingGatewayErrors
        self.localFailures = localFailures
        self.enforcingLocalFailures = enforcingLocalFailures
        self.splitsLocalErrors = splitsLocalErrors
        self.interval = interval
        self.baseEjectionTime = baseEjectionTime
        self.maximumEjectionTime = maximumEjectionTime
        self.maximumJitter = maximumJitter
        self.maximumEjectionPercent = maximumEjectionPercent
        self.alwaysEjectsOne = alwaysEjectsOne
    }
}
