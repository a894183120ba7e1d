/// Which try of a call a span is.
package struct Attempt: Hashable, Sendable {
    /// 1…`count`.
    package var number: Int
    package var count: Int
    /// The row of the first try.
    package var first: Int

    /// For each row, nothing where a call was made once: calls of one parent to the same place, one after the other,
    /// each but the last of which failed.
    static func all(in rows: [TraceTree.Row], parents: [Int?]) -> [Int: Attempt] {
        struct Call: Hashable {
            let parent: Int?
            let service: String
            let name: String
            let peer: String
        }
        var chains: [Call: [Int]] = [:]
        var found: [Int: Attempt] = [:]
        func close(_ chain: [Int]) {
            guard chain.count > 1 else { return }
            for (position, row) in chain.enumerated() {
                found[row] = Attempt(number: position + 1, count: chain.count, first: chain[0])
            }
        }
        for (index, row) in rows.enumerated() where row.span.kind == .client || row.span.kind == .producer {
            let span = row.span
            let peer = span.attribute("upstream_cluster") ?? span.attribute("peer.service") ?? ""
            let call = Call(parent: parents[index], service: span.service, name: span.name, peer: peer)
            if let last = chains[call]?.last, rows[last].span.status == .error, rows[last].span.end <= span.start {
                chains[call]?.append(index)
            } else {
                close(chains[call] ?? [])
                chains[call] = [index]
            }
        }
        for chain in chains.values { close(chain) }
        return found
    }
}
