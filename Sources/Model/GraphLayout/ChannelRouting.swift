/// Which column of a channel – the space between two layers – each vertical piece of line runs in.
///
/// Links that leave the same row of the same box form one net: a horizontal from the box, one vertical trunk, and a
/// horizontal to each end. Two nets may share a track when their trunks do not meet. Where a net touches the left
/// border of the channel at the same row at which another touches the right border, the first must turn off before
/// the second turns in, or the two would lie on one another. Such demands can form a circle; then one net is split in
/// two trunks with a short piece in a free row between them.
struct ChannelRouting {
    /// The columns a link takes: `first` beside where it comes in from the left, `second` for a split net.
    struct Track: Hashable {
        var column: Int
        /// For a split net: the free row, and the column of the trunk right of it.
        var detour: Detour?
    }

    struct Detour: Hashable {
        var row: Int
        var column: Int
    }

    private struct Net {
        var leftRows: [Int]
        var rightRows: [Int]
        var links: [Int]
        /// For one half of a split net: the free row that joins the halves.
        var joint: Int?
        var isRightHalf = false

        var low: Int { min(leftRows.first ?? .max, rightRows.first ?? .max) }
        var high: Int { max(leftRows.last ?? .min, rightRows.last ?? .min) }
    }

    /// Gives every link of one channel that is not straight its track; returns how many columns they take.
    ///
    /// `row` tells the row of a link's end in the picture.
    static func route(
        _ links: [Int], of graph: LayeredGraph, row: (LayeredGraph.End) -> Int, work: inout Int
    ) -> (tracks: [Int: Track], columns: Int) {
        var nets = nets(links, of: graph, row: row)
        let straight = nets.filter { $0.low == $0.high }
        nets.removeAll { $0.low == $0.high }
        guard !nets.isEmpty else { return ([:], 0) }
        var usedRows = Set((nets + straight).flatMap { $0.leftRows + $0.rightRows })

        var sequence: [Int]
        while true {
            let attempt = order(nets, work: &work)
            sequence = attempt.sequence
            guard let stuck = attempt.stuck else { break }
            split(&nets, stuck, usedRows: &usedRows)
        }
        return assign(nets, sequence, work: &work)
    }

    private static func nets(
        _ links: [Int], of graph: LayeredGraph, row: (LayeredGraph.End) -> Int
    ) -> [Net] {
        struct Origin: Hashable {
            var vertex: Int
            var side: LayeredGraph.Side
            var row: Int
        }
        var indexOf: [Origin: Int] = [:]
        var nets: [Net] = []
        for link in links {
            let from = graph.links[link].from
            let origin = Origin(vertex: from.vertex, side: from.side, row: from.row)
            let index: Int
            if let known = indexOf[origin] {
                index = known
            } else {
                index = nets.count
                indexOf[origin] = index
                nets.append(Net(leftRows: [], rightRows: [], links: []))
            }
            nets[index].links.append(link)
            for end in [from, graph.links[link].to] {
                // What touches a vertex's right side touches the left border of the channel.
                if end.side == .right { nets[index].leftRows.append(row(end)) }
                if end.side == .left { nets[index].rightRows.append(row(end)) }
            }
        }
        for index in nets.indices {
            nets[index].leftRows = Set(nets[index].leftRows).sorted()
            nets[index].rightRows = Set(nets[index].rightRows).sorted()
        }
        return nets
    }

    /// Whether `first` must be left of `second`.
    private static func mustPrecede(_ first: Net, _ second: Net) -> Bool {
        if let joint = first.joint, joint == second.joint { return second.isRightHalf }
        return first.leftRows.contains { second.rightRows.contains($0) }
    }

    /// How many crossings there are between two trunks if `first` is left of `second`.
    private static func crossings(_ first: Net, _ second: Net) -> Int {
        first.rightRows.count { $0 > second.low && $0 < second.high }
            + second.leftRows.count { $0 > first.low && $0 < first.high }
    }

    /// A sequence of the nets from left to right that keeps the demands and has few crossings. When only nets that
    /// wait for each other are left, `stuck` is one of them.
    private static func order(_ nets: [Net], work: inout Int) -> (sequence: [Int], stuck: Int?) {
        let count = nets.count
        var demands = [Int](repeating: 0, count: count)
        var followers = [[Int]](repeating: [], count: count)
        // What it costs to be left of all that remain, less what it costs to be right of them.
        var score = [Int](repeating: 0, count: count)
        var preference = [[(other: Int, cost: Int)]](repeating: [], count: count)
        for first in nets.indices {
            for second in nets.indices where second > first {
                work += 1
                guard nets[first].low <= nets[second].high, nets[second].low <= nets[first].high else { continue }
                if mustPrecede(nets[first], nets[second]) {
                    followers[first].append(second)
                    demands[second] += 1
                }
                if mustPrecede(nets[second], nets[first]) {
                    followers[second].append(first)
                    demands[first] += 1
                }
                let cost = crossings(nets[first], nets[second]) - crossings(nets[second], nets[first])
                guard cost != 0 else { continue }
                score[first] += cost
                score[second] -= cost
                preference[first].append((second, cost))
                preference[second].append((first, -cost))
            }
        }
        var sequence: [Int] = []
        var remaining = Array(nets.indices)
        while !remaining.isEmpty {
            work += remaining.count
            let free = remaining.filter { demands[$0] == 0 }
            guard let next = free.min(by: { (score[$0], nets[$0].low, $0) < (score[$1], nets[$1].low, $1) }) else {
                // Every net that waits in a circle touches both borders, for it both demands and is demanded.
                let stuck = remaining.first { nets[$0].joint == nil && !nets[$0].leftRows.isEmpty && isCircular($0) }
                return (sequence, stuck ?? remaining.first)
            }
            sequence.append(next)
            remaining.removeAll { $0 == next }
            for follower in followers[next] { demands[follower] -= 1 }
            for (other, cost) in preference[next] { score[other] += cost }
        }
        return (sequence, nil)

        /// Whether a net demands something of one that remains, directly or through others that remain.
        func isCircular(_ start: Int) -> Bool {
            var seen: Set<Int> = []
            var stack = followers[start]
            while let net = stack.popLast() {
                if net == start { return true }
                guard remaining.contains(net), seen.insert(net).inserted else { continue }
                stack.append(contentsOf: followers[net])
            }
            return false
        }
    }

    /// Splits a net at a free row near its middle. Its left half then demands only, its right half is only demanded
    /// of, so neither can be in a circle again.
    private static func split(_ nets: inout [Net], _ index: Int, usedRows: inout Set<Int>) {
        let net = nets[index]
        let middle = (net.low + net.high) / 2
        var joint = middle
        var step = 0
        while usedRows.contains(joint) || joint < 0 {
            step += 1
            joint = step % 2 == 1 ? middle + (step + 1) / 2 : middle - step / 2
        }
        usedRows.insert(joint)
        nets[index] = Net(leftRows: net.leftRows, rightRows: [joint], links: net.links, joint: joint)
        nets.append(
            Net(leftRows: [joint], rightRows: net.rightRows, links: net.links, joint: joint, isRightHalf: true))
    }

    /// The leftmost column for each net that is right of all before it in the sequence that it meets or waits for.
    private static func assign(
        _ nets: [Net], _ sequence: [Int], work: inout Int
    ) -> (tracks: [Int: Track], columns: Int) {
        var column = [Int](repeating: 0, count: nets.count)
        for (position, net) in sequence.enumerated() {
            for earlier in sequence[..<position] {
                work += 1
                let meet = nets[earlier].low <= nets[net].high && nets[net].low <= nets[earlier].high
                if meet || mustPrecede(nets[earlier], nets[net]) { column[net] = max(column[net], column[earlier] + 1) }
            }
        }
        var tracks: [Int: Track] = [:]
        for (index, net) in nets.enumerated() where !net.isRightHalf {
            for link in net.links { tracks[link] = Track(column: column[index]) }
        }
        for (index, net) in nets.enumerated() where net.isRightHalf {
            guard let joint = net.joint else { continue }
            for link in net.links { tracks[link]?.detour = Detour(row: joint, column: column[index]) }
        }
        return (tracks, (column.max() ?? -1) + 1)
    }
}
