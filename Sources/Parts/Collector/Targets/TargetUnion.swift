/// The lists of several sources as one: no sockets, no clock.
struct TargetUnion {
    /// By the source's number; sources that have not answered yet have none.
    private var lists: [[TargetEntry]?]

    init(sources: Int) {
        lists = Array(repeating: nil, count: sources)
    }

    /// Replaces a source's list, and tells whether that changed anything.
    @discardableResult
    mutating func set(_ list: [TargetEntry], of source: Int) -> Bool {
        guard lists[source] != list else { return false }
        lists[source] = list
        return true
    }

    /// Every target once, in the order of the sources.
    ///
    /// A target that two sources name is asked as the first of them says, and each completes what the other knows of it.
    /// One that is named without a path – on the command line, most likely – is what another source names with a path at
    /// the same host.
    var entries: [TargetEntry] {
        var entries: [TargetEntry] = []
        var numbers: [TargetEntry.Place: Int] = [:]
        var detailed: [TargetHost: Int] = [:]
        let all = lists.flatMap { $0 ?? [] }
        for entry in all.filter({ $0.url.path != nil }) + all.filter({ $0.url.path == nil }) {
            let number = numbers[entry.place] ?? (entry.url.path == nil ? detailed[entry.url.host] : nil)
            if let number {
                let known = entries[number]
                entries[number].labels = known.labels.completed(by: entry.labels)
                entries[number].interval = known.interval ?? entry.interval
                entries[number].timeout = known.timeout ?? entry.timeout
            } else {
                numbers[entry.place] = entries.count
                if entry.url.path != nil, detailed[entry.url.host] == nil { detailed[entry.url.host] = entries.count }
                entries.append(entry)
            }
        }
        return entries
    }
}
