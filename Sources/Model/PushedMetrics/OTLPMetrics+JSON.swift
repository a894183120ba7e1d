import ExpositionWire
import JSONWire

extension OTLPMetricsDecoding {
    /// Reads the JSON form (`application/json`): names in camel case, 64-bit numbers as text or number.
    package static func batch(
        json bytes: [UInt8], limits: PushLimits = .default, wants: (String) -> Bool = { _ in true }
    ) throws(PushError) -> PushedBatch {
        let request: JSONValue
        do {
            request = try JSONValue.parse(bytes, limits: JSONLimits(maximumDepth: 32))
        } catch {
            throw PushError(place: "", message: error.description)
        }
        guard request.object != nil else {
            throw PushError(
                place: "", message: "expected an object with \"resourceMetrics\", found \(request.kindInWords)")
        }
        let decoder = JSONDecoder(limits: limits)
        var batch = PushedBatch()
        for (index, group) in try decoder.list(request, "resourceMetrics", "").enumerated() {
            let place = "resourceMetrics[\(index)]"
            let origin = OTLPOrigin(try decoder.labels(group["resource"] ?? .null, place))
            for scope in try decoder.list(group, "scopeMetrics", place) {
                for metric in try decoder.list(scope, "metrics", place) {
                    batch.append(try decoder.metric(metric, place), of: origin, limits: limits, wants: wants)
                }
            }
        }
        return batch
    }
}

private struct JSONDecoder {
    let limits: PushLimits

    func metric(_ value: JSONValue, _ place: String) throws(PushError) -> OTLPMetric {
        var metric = OTLPMetric()
        metric.name = (value["name"]?.string ?? "").clipped(toUTF8: limits.textBytes)
        metric.unit = (value["unit"]?.string ?? "").clipped(toUTF8: limits.textBytes)
        let place = "\(place).\(metric.name.prefix(80))"
        for (name, word) in [
            ("gauge", "a gauge"), ("exponentialHistogram", "an exponential histogram"), ("summary", "a summary"),
        ] {
            guard let data = value[name], !data.isNull else { continue }
            metric.kind = .other(word)
            metric.otherPoints = try list(data, "dataPoints", place).count
        }
        for (name, kind) in [("sum", OTLPMetric.Kind.sum), ("histogram", .histogram)] {
            guard let data = value[name], !data.isNull else { continue }
            metric.kind = kind
            metric.temporality = temporality(data["aggregationTemporality"] ?? .null)
            metric.isMonotonic = data["isMonotonic"]?.bool ?? false
            for point in try list(data, "dataPoints", place).prefix(limits.samples + 1) {
                metric.points.append(try self.point(point, place))
            }
        }
        return metric
    }

    /// A number; a name too, which the protocol forbids and some senders use.
    private func temporality(_ value: JSONValue) -> OTLPTemporality {
        switch value.string {
        case "AGGREGATION_TEMPORALITY_DELTA": .delta
        case "AGGREGATION_TEMPORALITY_CUMULATIVE": .cumulative
        default: value.int.flatMap(OTLPTemporality.init(rawValue:)) ?? .unspecified
        }
    }

    private func point(_ value: JSONValue, _ place: String) throws(PushError) -> OTLPPoint {
        var point = OTLPPoint()
        point.attributes = try labels(value, place)
        point.start = try whole(value["startTimeUnixNano"], place)
        point.time = try whole(value["timeUnixNano"], place)
        point.count = try whole(value["count"], place)
        if let number = value["asDouble"] {
            guard let double = double(number) else {
                throw PushError(place: place, message: "expected a number in asDouble, found \(number.kindInWords)")
            }
            point.value = double
        }
        if let number = value["asInt"] {
            guard let int = number.string.flatMap({ Int64($0) }) ?? number.int.map({ Int64($0) }) else {
                throw PushError(place: place, message: "expected a whole number in asInt, found \(number.kindInWords)")
            }
            point.value = Double(int)
        }
        for count in try list(value, "bucketCounts", place) { point.counts.append(try whole(count, place)) }
        for bound in try list(value, "explicitBounds", place) {
            guard let bound = double(bound) else {
                throw PushError(place: place, message: "expected numbers in explicitBounds")
            }
            point.bounds.append(bound)
        }
        point.isAbsent = (value["flags"]?.int ?? 0) & 1 != 0
        return point
    }

    private func double(_ value: JSONValue) -> Double? {
        // What is not finite is text in protobuf's JSON.
        switch value.string {
        case "NaN": .nan
        case "Infinity": .infinity
        case "-Infinity": -.infinity
        case let text?: Double(text)
        case nil: value.double
        }
    }

    private func whole(_ value: JSONValue?, _ place: String) throws(PushError) -> UInt64 {
        guard let value, !value.isNull else { return 0 }
        guard let number = value.string.flatMap({ UInt64($0) }) ?? value.int.flatMap({ UInt64(exactly: $0) }) else {
            throw PushError(place: place, message: "expected a whole number, found \(value.kindInWords)")
        }
        return number
    }

    func labels(_ value: JSONValue, _ place: String) throws(PushError) -> [Label] {
        var labels: [Label] = []
        for pair in try list(value, "attributes", place).prefix(limits.labels + 1) {
            let any = pair["value"] ?? .null
            let text =
                any["stringValue"]?.string ?? any["boolValue"]?.bool.map { $0 ? "true" : "false" }
                ?? any["intValue"].flatMap { $0.string ?? $0.int.map(String.init) }
                ?? any["doubleValue"].flatMap { double($0)?.description }
            guard let key = pair["key"]?.string, !key.isEmpty, let text else { continue }
            labels.append(
                Label(
                    name: OTLPPoint.labelName(key.clipped(toUTF8: limits.textBytes)),
                    value: text.clipped(toUTF8: limits.textBytes)))
        }
        return labels
    }

    func list(_ value: JSONValue, _ name: String, _ place: String) throws(PushError) -> [JSONValue] {
        guard let list = value[name], !list.isNull else { return [] }
        guard let elements = list.array else {
            throw PushError(place: place, message: "expected an array in \(name), found \(list.kindInWords)")
        }
        return elements
    }
}
