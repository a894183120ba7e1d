import ExpositionWire

/// Samples of a scrape that is not yet known to be whole.
struct StagedScrape: ExpositionSink {
    var index: SeriesIndex
    private(set) var samples: [(number: Int, value: Double)] = []
    /// The series that were seen for the first time, in the order of their numbers.
    private(set) var newKeys: [SeriesKey] = []
    private(set) var refused = 0
    /// The first key that cannot be read.
    private(set) var failure: ExpositionError?

    private let families: [[UInt8]]

    init(index: SeriesIndex, families: [[UInt8]]) {
        self.index = index
        self.families = families
        samples.reserveCapacity(index.count)
    }

    mutating func sample(key: UnsafeRawBufferPointer, value: Double, timestampMilliseconds: Int64?) {
        guard failure == nil, isWanted(key) else { return }
        switch index.find(key) {
        case .known(let number): samples.append((number, value))
        case .new(let number):
            do {
                newKeys.append(try SeriesKey.parse(key))
                samples.append((number, value))
            } catch {
                failure = error
            }
        case .full: refused += 1
        }
    }

    mutating func family(name: UnsafeRawBufferPointer, type: MetricType) {}

    private func isWanted(_ key: UnsafeRawBufferPointer) -> Bool {
        families.contains { family in
            guard key.count >= family.count else { return false }
            if key.count > family.count {
                let next = key[family.count]
                guard next == UInt8(ascii: "{") || next == UInt8(ascii: " ") else { return false }
            }
            return family.elementsEqual(key[..<family.count])
        }
    }
}

extension String {
    /// The longest prefix of at most `maximum` UTF-8 bytes that cuts no scalar in two.
    func clipped(toUTF8 maximum: Int) -> String {
        guard utf8.count > maximum else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: max(0, maximum))
        // A byte 10xxxxxx continues the scalar before it.
        while end > utf8.startIndex, utf8[end] & 0xC0 == 0x80 { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}
