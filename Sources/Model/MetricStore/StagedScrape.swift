import ExpositionWire

/// Samples of a scrape that is not yet known to be whole.
struct StagedScrape: ExpositionSink {
    var index: SeriesIndex
    private(set) var samples: [(number: Int, value: Double)] = []
    /// The series that were seen for the first time, in the order of their numbers.
    private(set) var newKeys: [SeriesKey] = []
    /// Series that were seen before, when their keys are asked for again.
    private(set) var knownKeys: [(number: Int, key: SeriesKey)] = []
    private(set) var refused = 0
    /// The first key that cannot be read.
    private(set) var failure: ExpositionError?

    /// Examples of what samples count, that were not there in the scrape before.
    private(set) var exemplars: [(number: Int, exemplar: Exemplar)] = []
    /// Those of the scrape before, and of this one; nothing when nobody wants any.
    var seen: SeenExemplars?
    /// The series of the sample that came right before; nothing when it was not wanted.
    private var current: Int?

    /// New series that may have been counting for long.
    private var old: Set<Int> = []

    private let families: FamilyMatcher
    /// Known series whose keys are to be read as well, when they are shown.
    private(set) var unread: Set<Int>

    init(index: SeriesIndex, families: FamilyMatcher, unread: Set<Int> = []) {
        self.index = index
        self.families = families
        self.unread = unread
        samples.reserveCapacity(index.count)
    }

    mutating func sample(key: UnsafeRawBufferPointer, value: Double, timestampMilliseconds: Int64?) {
        current = nil
        guard failure == nil, families.matches(key) else { return }
        do {
            switch index.find(key) {
            case .known(let number):
                samples.append((number, value))
                current = number
                if !unread.isEmpty, unread.remove(number) != nil {
                    knownKeys.append((number, try SeriesKey.parse(key)))
                }
            case .new(let number):
                newKeys.append(try SeriesKey.parse(key))
                samples.append((number, value))
                current = number
            case .full: refused += 1
            }
        } catch {
            failure = error
        }
    }

    mutating func exemplar(labels: UnsafeRawBufferPointer, value: Double, timestampMilliseconds: Int64?) {
        guard failure == nil, let number = current,
            seen?.see(labels, value, timestampMilliseconds, of: number) == true
        else { return }
        // One that cannot be read takes nothing from the sample.
        let exemplar = try? Exemplar(labels: labels, value: value, timestampMilliseconds: timestampMilliseconds)
        if let exemplar { exemplars.append((number, exemplar)) }
    }

    /// Whether a new series is known to be older than this scrape.
    func isOld(_ number: Int) -> Bool { !old.isEmpty && old.contains(number) }

    /// Takes a sample that was not scraped.
    mutating func take(_ sample: PushedCount) {
        let known = samples.count
        sample.key.withUnsafeBytes { self.sample(key: $0, value: sample.value, timestampMilliseconds: nil) }
        guard !sample.beginsAtZero, samples.count > known, let number = samples.last?.number else { return }
        old.insert(number)
    }

    mutating func family(name: UnsafeRawBufferPointer, type: MetricType) {}
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
