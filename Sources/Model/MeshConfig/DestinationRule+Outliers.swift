import JSONWire

extension DestinationRule {
    /// Istio's `OutlierDetection`: which endpoints are left out for answering badly. A block that is there at all turns
    /// ejection on; one of a subset replaces that of the service as a whole.
    package struct OutlierDetection: Hashable, Sendable {
        /// 0 turns this reason off; nothing means 5.
        package var consecutiveServerErrors: UInt32?
        /// 0 turns this reason off; nothing leaves it off, too.
        package var consecutiveGatewayErrors: UInt32?
        package var splitsLocalErrors: Bool
        package var consecutiveLocalFailures: UInt32?
        package var interval: Duration?
        package var baseEjectionTime: Duration?
        /// 0, like nothing, means 10.
        package var maximumEjectionPercent: UInt32
        /// Below it all endpoints are used; 0 never does.
        package var minimumHealthPercent: Int

        package init(
            consecutiveServerErrors: UInt32? = nil, consecutiveGatewayErrors: UInt32? = nil,
            splitsLocalErrors: Bool = false, consecutiveLocalFailures: UInt32? = nil, interval: Duration? = nil,
            baseEjectionTime: Duration? = nil, maximumEjectionPercent: UInt32 = 0, minimumHealthPercent: Int = 0
        ) {
            self.consecutiveServerErrors = consecutiveServerErrors
            self.consecutiveGatewayErrors = consecutiveGatewayErrors
            self.splitsLocalErrors = splitsLocalErrors
            self.consecutiveLocalFailures = consecutiveLocalFailures
            self.interval = interval
            self.baseEjectionTime = baseEjectionTime
            self.maximumEjectionPercent = maximumEjectionPercent
            self.minimumHealthPercent = minimumHealthPercent
        }
    }
}

extension DestinationRule.OutlierDetection {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            [
                "consecutive5xxErrors", "consecutiveGatewayErrors", "splitExternalLocalOriginErrors",
                "consecutiveLocalOriginFailures", "interval", "baseEjectionTime", "maxEjectionPercent",
                "minHealthPercent",
            ],
            unsupported: ["consecutiveErrors", "outlierDetectionHttpErrorCodes"])
        func count(_ name: String) throws(SchemaError) -> UInt32? {
            guard let field = fields[name] else { return nil }
            return UInt32(clamping: try field.integer(in: 0...Int(UInt32.max)))
        }
        func length(_ name: String) throws(SchemaError) -> Duration? {
            guard let field = fields[name] else { return nil }
            let length = try field.duration()
            guard length >= .milliseconds(1) else { throw field.error("must be at least 1ms") }
            return length
        }
        self.init(
            consecutiveServerErrors: try count("consecutive5xxErrors"),
            consecutiveGatewayErrors: try count("consecutiveGatewayErrors"),
            splitsLocalErrors: try fields["splitExternalLocalOriginErrors"]?.bool() ?? false,
            consecutiveLocalFailures: try count("consecutiveLocalOriginFailures"),
            interval: try length("interval"), baseEjectionTime: try length("baseEjectionTime"),
            maximumEjectionPercent: UInt32(
                clamping: try fields["maxEjectionPercent"]?.integer(in: 0...100) ?? 0),
            minimumHealthPercent: try fields["minHealthPercent"]?.integer(in: 0...100) ?? 0)
        if consecutiveLocalFailures != nil, !splitsLocalErrors {
            throw (fields["consecutiveLocalOriginFailures"] ?? reader).error(
                "has an effect only with \"splitExternalLocalOriginErrors: true\"")
        }
    }
}
