import ExpositionWire
import ProtobufWire

extension OTLPMetricsDecoding {
    /// Reads the protobuf form (`application/x-protobuf`).
    ///
    /// The fields are those of `opentelemetry/proto/{collector/metrics,metrics,resource,common}/v1` in
    /// <https://github.com/open-telemetry/opentelemetry-proto>.
    package static func batch(
        protobuf bytes: [UInt8], limits: PushLimits = .default, wants: (String) -> Bool = { _ in true }
    ) throws(PushError) -> PushedBatch {
        let decoder = ProtobufDecoder(limits: limits)
        var batch = PushedBatch()
        var reader = ProtobufReader(bytes)
        var index = 0
        // ExportMetricsServiceRequest { repeated ResourceMetrics resource_metrics = 1; }
        while let field = try decoder.next(&reader, "") {
            guard field.number == 1, let group = field.message else { continue }
            try decoder.group(group, "resource_metrics[\(index)]", into: &batch, wants)
            index += 1
        }
        return batch
    }
}

private struct ProtobufDecoder {
    let limits: PushLimits

    // ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; }
    func group(
        _ message: ProtobufReader, _ place: String, into batch: inout PushedBatch, _ wants: (String) -> Bool
    ) throws(PushError) {
        var attributes: [Label] = []
        // The resource may come after its metrics.
        var reader = message
        while let field = try next(&reader, place) {
            guard field.number == 1, var resource = field.message else { continue }
            while let part = try next(&resource, place) {
                guard part.number == 1, let pair = part.message else { continue }
                try label(pair, place, into: &attributes)
            }
        }
        let origin = OTLPOrigin(attributes)
        reader = message
        while let field = try next(&reader, place) {
            // ScopeMetrics { InstrumentationScope scope = 1; repeated Metric metrics = 2; }
            guard field.number == 2, var scope = field.message else { continue }
            var index = 0
            while let part = try next(&scope, place) {
                guard part.number == 2, let inner = part.message else { continue }
                let metric = try metric(inner, "\(place).metrics[\(index)]")
                batch.append(metric, of: origin, limits: limits, wants: wants)
                index += 1
            }
        }
    }

    // Metric { string name = 1; string unit = 3; oneof data { Gauge = 5; Sum = 7; Histogram = 9;
    //          ExponentialHistogram = 10; Summary = 11; } }
    private func metric(_ message: ProtobufReader, _ place: String) throws(PushError) -> OTLPMetric {
        var metric = OTLPMetric()
        var reader = message
        while let field = try next(&reader, place) {
            guard case .bytes(let bytes) = field.value else { continue }
            switch field.number {
            case 1: metric.name = text(bytes)
            case 3: metric.unit = text(bytes)
            case 7, 9:
                metric.kind = field.number == 7 ? .sum : .histogram
                try data(ProtobufReader(bytes), place, into: &metric)
            case 5, 10, 11:
                let words = [5: "a gauge", 10: "an exponential histogram", 11: "a summary"]
                metric.kind = .other(words[field.number] ?? "")
                var inner = ProtobufReader(bytes)
                while let part = try next(&inner, place) {
                    if part.number == 1 { metric.otherPoints += 1 }
                }
            default: continue
            }
        }
        return metric
    }

    // Sum, Histogram { repeated … data_points = 1; AggregationTemporality aggregation_temporality = 2;
    //                  bool is_monotonic = 3; }
    private func data(
        _ message: ProtobufReader, _ place: String, into metric: inout OTLPMetric
    ) throws(PushError) {
        let isHistogram = if case .histogram = metric.kind { true } else { false }
        var reader = message
        while let field = try next(&reader, place) {
            switch (field.number, field.value) {
            case (1, .bytes(let bytes)):
                let reader = ProtobufReader(bytes)
                // Beyond the bound they are counted by whoever takes them.
                guard metric.points.count <= limits.samples else { continue }
                metric.points.append(try isHistogram ? histogram(reader, place) : number(reader, place))
            case (2, .varint(let value)):
                metric.temporality = OTLPTemporality(rawValue: Int(truncatingIfNeeded: value)) ?? .unspecified
            case (3, .varint(let value)): metric.isMonotonic = value != 0
            default: continue
            }
        }
    }

    // NumberDataPoint { fixed64 start = 2; fixed64 time = 3; double as_double = 4; sfixed64 as_int = 6;
    //                   repeated KeyValue attributes = 7; uint32 flags = 8; }
    private func number(_ message: ProtobufReader, _ place: String) throws(PushError) -> OTLPPoint {
        var point = OTLPPoint()
        var reader = message
        while let field = try next(&reader, place) {
            switch (field.number, field.value) {
            case (2, .fixed64(let time)): point.start = time
            case (3, .fixed64(let time)): point.time = time
            case (4, .fixed64(let bits)): point.value = Double(bitPattern: bits)
            case (6, .fixed64(let bits)): point.value = Double(Int64(bitPattern: bits))
            case (7, .bytes(let bytes)): try label(ProtobufReader(bytes), place, into: &point.attributes)
            case (8, .varint(let flags)): point.isAbsent = flags & 1 != 0
            default: continue
            }
        }
        return point
    }

    // HistogramDataPoint { fixed64 start = 2; fixed64 time = 3; fixed64 count = 4; double sum = 5;
    //                      repeated fixed64 bucket_counts = 6; repeated double explicit_bounds = 7;
    //                      repeated KeyValue attributes = 9; uint32 flags = 10; }
    private func histogram(_ message: ProtobufReader, _ place: String) throws(PushError) -> OTLPPoint {
        var point = OTLPPoint()
        var reader = message
        while let field = try next(&reader, place) {
            switch (field.number, field.value) {
            case (2, .fixed64(let time)): point.start = time
            case (3, .fixed64(let time)): point.time = time
            case (4, .fixed64(let count)): point.count = count
            case (6, .fixed64(let count)): point.counts.append(count)
            case (6, .bytes(let bytes)): point.counts += try words(bytes, place)
            case (7, .fixed64(let bits)): point.bounds.append(Double(bitPattern: bits))
            case (7, .bytes(let bytes)): point.bounds += try words(bytes, place).map { Double(bitPattern: $0) }
            case (9, .bytes(let bytes)): try label(ProtobufReader(bytes), place, into: &point.attributes)
            case (10, .varint(let flags)): point.isAbsent = flags & 1 != 0
            default: continue
            }
        }
        return point
    }

    /// Packed 64-bit words.
    private func words(_ bytes: ArraySlice<UInt8>, _ place: String) throws(PushError) -> [UInt64] {
        guard bytes.count.isMultiple(of: 8) else {
            throw PushError(place: place, message: "packed numbers of 64 bits end inside one")
        }
        return stride(from: bytes.startIndex, to: bytes.endIndex, by: 8).map { start in
            bytes[start..<start + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    // KeyValue { string key = 1; AnyValue value = 2; }
    // AnyValue { oneof value { string = 1; bool = 2; int64 = 3; double = 4; … } }
    private func label(_ message: ProtobufReader, _ place: String, into labels: inout [Label]) throws(PushError) {
        var (key, text) = ("", String?.none)
        var reader = message
        while let field = try next(&reader, place) {
            guard case .bytes(let bytes) = field.value else { continue }
            if field.number == 1 { key = self.text(bytes) }
            guard field.number == 2 else { continue }
            var value = ProtobufReader(bytes)
            while let part = try next(&value, place) {
                switch (part.number, part.value) {
                case (1, .bytes(let bytes)): text = self.text(bytes)
                case (2, .varint(let bit)): text = bit == 0 ? "false" : "true"
                case (3, .varint(let bits)): text = String(Int64(bitPattern: bits))
                case (4, .fixed64(let bits)): text = Double(bitPattern: bits).description
                // Lists and maps tell nothing that a graph is made of.
                default: continue
                }
            }
        }
        // One more than is taken, so that whoever takes them sees the flood.
        guard let text, !key.isEmpty, labels.count <= limits.labels else { return }
        labels.append(Label(name: OTLPPoint.labelName(key), value: text))
    }

    /// Text that is no UTF-8 is repaired, not refused.
    private func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.prefix(limits.textBytes), as: UTF8.self).clipped(toUTF8: limits.textBytes)
    }

    func next(_ reader: inout ProtobufReader, _ place: String) throws(PushError) -> ProtobufField? {
        do { return try reader.next() } catch { throw PushError(place: place, message: error.description) }
    }
}
