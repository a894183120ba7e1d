package import JSONWire

extension OutlierDetection: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            [
                "consecutive_5xx", "enforcing_consecutive_5xx", "consecutive_gateway_failure",
                "enforcing_consecutive_gateway_failure", "consecutive_local_origin_failure",
                "enforcing_consecutive_local_origin_failure", "split_external_local_origin_errors", "interval",
                "base_ejection_time", "max_ejection_time", "max_ejection_time_jitter", "max_ejection_percent",
                "always_eject_one_host", "enforcing_success_rate", "enforcing_local_origin_success_rate",
                "enforcing_failure_percentage", "enforcing_failure_percentage_local_origin",
            ],
            unsupported: [
                "success_rate_minimum_hosts", "success_rate_request_volume", "success_rate_stdev_factor",
                "failure_percentage_threshold", "failure_percentage_minimum_hosts",
                "failure_percentage_request_volume", "successful_active_health_check_uneject_host", "monitors",
                "detect_degraded_hosts",
            ])
        func number(_ name: String, upTo limit: UInt32 = .max) throws(SchemaError) -> UInt32? {
            guard let field = fields[name] else { return nil }
            return UInt32(clamping: try field.integer(in: 0...Int(limit)))
        }
        func positive(_ name: String) throws(SchemaError) -> Duration? {
            guard let field = fields[name] else { return nil }
            let length = try field.duration()
            guard length > .zero else { throw field.error("must be longer than 0 s") }
            return length
        }
        let splits = try fields["split_external_local_origin_errors"]?.bool() ?? false
        // Left out it means 100 %, and Istio always says 0: silence would be another meaning than Envoy's.
        try fields.required("enforcing_success_rate").mustBe(0, because: "success rates are not judged")
        if splits {
            try fields.required("enforcing_local_origin_success_rate").mustBe(
                0, because: "success rates are not judged")
        } else {
            try fields["enforcing_local_origin_success_rate"]?.mustBe(0, because: "success rates are not judged")
        }
        for name in ["enforcing_failure_percentage", "enforcing_failure_percentage_local_origin"] {
            try fields[name]?.mustBe(0, because: "failure percentages are not judged")
        }
        self.init(
            serverErrors: try number("consecutive_5xx"),
            enforcingServerErrors: try number("enforcing_consecutive_5xx", upTo: 100),
            gatewayErrors: try number("consecutive_gateway_failure"),
            enforcingGatewayErrors: try number("enforcing_consecutive_gateway_failure", upTo: 100),
            localFailures: try number("consecutive_local_origin_failure"),
            enforcingLocalFailures: try number("enforcing_consecutive_local_origin_failure", upTo: 100),
            splitsLocalErrors: splits, interval: try positive("interval"),
            baseEjectionTime: try positive("base_ejection_time"),
            maximumEjectionTime: try positive("max_ejection_time"),
            maximumJitter: try fields["max_ejection_time_jitter"]?.duration(),
            maximumEjectionPercent: try number("max_ejection_percent", upTo: 100),
            alwaysEjectsOne: try fields["always_eject_one_host"]?.bool() ?? false)
        if let maximum = maximumEjectionTime, maximum < baseEjectionTime ?? .seconds(30) {
            throw (fields["max_ejection_time"] ?? reader).error("must not be below base_ejection_time")
        }
    }

    package var json: JSONValue {
        func number(_ value: UInt32?) -> JSONValue? { value.map { .integer(Int64($0)) } }
        return .message([
            "consecutive_5xx": number(serverErrors), "enforcing_consecutive_5xx": number(enforcingServerErrors),
            "consecutive_gateway_failure": number(gatewayErrors),
            "enforcing_consecutive_gateway_failure": number(enforcingGatewayErrors),
            "consecutive_local_origin_failure": number(localFailures),
            "enforcing_consecutive_local_origin_failure": number(enforcingLocalFailures),
            "split_external_local_origin_errors": splitsLocalErrors ? true : nil,
            "interval": interval.map { .duration($0) }, "base_ejection_time": baseEjectionTime.map { .duration($0) },
            "max_ejection_time": maximumEjectionTime.map { .duration($0) },
            "max_ejection_time_jitter": maximumJitter.map { .duration($0) },
            "max_ejection_percent": number(maximumEjectionPercent),
            "always_eject_one_host": alwaysEjectsOne ? true : nil, "enforcing_success_rate": 0,
            "enforcing_local_origin_success_rate": splitsLocalErrors ? 0 : nil,
        ])
    }
}
