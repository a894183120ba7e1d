/// Something that names targets, again and again, on the collector's loop.
///
/// A feed that fails keeps what it said last, and tells why in ``trouble``.
protocol TargetFeed: AnyObject {
    /// Why there is no list, or no new one, in words; nothing while all is well.
    var trouble: String? { get }

    /// Begins. The feed hands its list on whenever there is a new one.
    func start()
}

/// When a list that is suddenly empty is believed: a server that has just started may not have read its own files yet.
struct EmptyListRule {
    /// So many empty lists in a row are believed.
    static let emptyListsToBelieve = 3
    private var emptyLists = 0

    mutating func believes(_ list: [TargetEntry]) -> Bool {
        emptyLists = list.isEmpty ? emptyLists + 1 : 0
        return !list.isEmpty || emptyLists >= Self.emptyListsToBelieve
    }
}
