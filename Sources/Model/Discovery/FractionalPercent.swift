package import JSONWire

/// A share of something: Envoy's `type.v3.FractionalPercent`.
package struct FractionalPercent: Hashable, Sendable {
    package enum Denominator: String, Hashable, Sendable, CaseIterable {
        case hundred = "HUNDRED"
        case tenThousand = "TEN_THOUSAND"
        case million = "MILLION"

        package var value: UInt64 {
            switch self {
            case .hundred: 100
            case .tenThousand: 10_000
            case .million: 1_000_000
            }
        }
    }

    /// More than the denominator means all.
    package var numerator: UInt32
    package var denominator: Denominator

    package init(numerator: UInt32, denominator: Denominator = .hundred) {
        self.numerator = numerator
        self.denominator = denominator
    }

    package static let none = FractionalPercent(numerator: 0)
    package static let all = FractionalPercent(numerator: 100)

    /// Istio's percentages, with four digits behind the point; what is finer is cut off.
    package init(percent: Double) {
        let millionths = (max(0, min(100, percent.isNaN ? 0 : percent)) * 10_000).rounded(.down)
        self.init(numerator: UInt32(millionths), denominator: .million)
    }
}

extension FractionalPercent: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["numerator", "denominator"])
        numerator = UInt32(clamping: try fields["numerator"]?.integer(in: 0...Int(UInt32.max)) ?? 0)
        denominator = try fields["denominator"]?.choice(of: Denominator.self) ?? .hundred
    }

    package var json: JSONValue {
        .message([
            "numerator": .integer(Int64(numerator)),
            "denominator": denominator == .hundred ? nil : .string(denominator.rawValue),
        ])
    }
}
