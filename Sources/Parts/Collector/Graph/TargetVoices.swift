import ExpositionWire
import MeshModel

/// What targets speak, and what they say of themselves in every series.
struct TargetVoices {
    private struct Voice {
        /// By the format's place in the list, a bit.
        var formats: UInt64 = 0
        var tags = IdentityTags()
        /// Sorted.
        var gaps: [LabelGap] = []
    }

    private let names: [String]
    /// Formats that are not heard where others are.
    private let givingWay: UInt64
    private var voices: [String: Voice] = [:]

    /// - Parameter formats: at most 64.
    init(_ formats: [any MetricFormat]) {
        names = formats.prefix(64).map(\.name)
        givingWay = formats.prefix(64).enumerated().reduce(0) { $1.element.givesWay ? $0 | 1 << UInt64($1.offset) : $0 }
    }

    /// Takes into account a series that the format with this number has read.
    mutating func hear(_ target: String, _ format: Int, _ key: SeriesKey) {
        let bit = UInt64(1) << UInt64(format & 63)
        voices[target, default: Voice()].formats |= bit
        if givingWay & bit != 0 { voices[target]?.tags.see(key) }
    }

    /// Takes into account a series that cannot be read for want of a label.
    mutating func miss(_ target: String, _ gap: LabelGap) {
        let known = voices[target, default: Voice()].gaps
        guard known.count < TargetReading.maximumGaps, !known.contains(gap) else { return }
        voices[target]?.gaps = (known + [gap]).sorted()
    }

    func gaps(of target: String) -> [LabelGap] { voices[target]?.gaps ?? [] }

    /// Whether the target speaks a format that says better what those that give way say.
    func saysBetter(_ target: String) -> Bool { (voices[target]?.formats ?? 0) & ~givingWay != 0 }

    /// What is listened to, in the order of all formats.
    func formats(of target: String) -> [String] {
        guard let voice = voices[target] else { return [] }
        let heard = saysBetter(target) ? voice.formats & ~givingWay : voice.formats
        return names.indices.filter { heard >> UInt64($0) & 1 != 0 }.map { names[$0] }
    }

    func tagIdentity(of target: String) -> WorkloadIdentity? { voices[target]?.tags.identity }

    mutating func forget(_ target: String) { voices[target] = nil }
}
