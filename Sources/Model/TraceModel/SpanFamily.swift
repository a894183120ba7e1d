import Quantities

/// Who is whose child, by position: a forest that holds every span exactly once, in corrected times.
struct SpanFamily {
    /// With corrected starts, and what is odd about each.
    private(set) var spans: [Span]
    /// What was added to each start.
    private(set) var skews: [Duration]
    /// By start, as all lists here.
    private(set) var roots: [Int] = []
    private(set) var children: [[Int]]

    init(_ spans: [Span]) {
        self.spans = spans
        skews = Array(repeating: .zero, count: spans.count)
        children = Array(repeating: [], count: spans.count)
        var parents = findParents()
        cutCircles(in: &parents)
        for index in spans.indices {
            if let parent = parents[index] { children[parent].append(index) } else { roots.append(index) }
        }
        correctTimes()
    }

    // MARK: Parents

    /// The positions of parents, without regard to circles.
    private mutating func findParents() -> [Int?] {
        var namesakes: [SpanID: [Int]] = [:]
        for index in spans.indices { namesakes[spans[index].id, default: []].append(index) }
        var halves: [SpanID: (client: Int, server: Int)] = [:]
        for (id, positions) in namesakes where positions.count > 1 {
            let client = positions.first { spans[$0].kind == .client || spans[$0].kind == .producer }
            let server = positions.first { spans[$0].kind == .server || spans[$0].kind == .consumer }
            if let client, let server { halves[id] = (client, server) }
            for position in positions where position != halves[id]?.client && position != halves[id]?.server {
                spans[position].oddities.insert(.idIsRepeated)
            }
        }
        return spans.indices.map { index in
            let own = spans[index].id
            if let pair = halves[own], pair.server == index { return pair.client }
            guard let parent = spans[index].parent else { return nil }
            guard let first = namesakes[parent]?.first else {
                spans[index].oddities.insert(.parentIsMissing)
                return nil
            }
            if own == parent { spans[index].oddities.insert(.isInCircle) }
            guard own != parent, let pair = halves[parent] else { return own == parent ? nil : first }
            // Whoever was called goes on calling; but what the caller's own process did meanwhile is the caller's.
            let isOfCaller =
                spans[index].service == spans[pair.client].service
                && spans[index].service != spans[pair.server].service
            return isOfCaller ? pair.client : pair.server
        }
    }

    /// Walks up from every span, once over each link, and cuts where a walk meets itself.
    private mutating func cutCircles(in parents: inout [Int?]) {
        // Which walk came by; 0 for none.
        var walks = Array(repeating: 0, count: spans.count)
        for start in spans.indices {
            let walk = start + 1
            var position = start
            while walks[position] == 0 {
                walks[position] = walk
                guard let parent = parents[position] else { break }
                if walks[parent] == walk {
                    // `parent` is in the circle; its earliest span becomes a root.
                    let top = earliest(inCircleOf: parent, parents)
                    parents[top] = nil
                    spans[top].oddities.insert(.isInCircle)
                    break
                }
                position = parent
            }
        }
    }

    private func earliest(inCircleOf start: Int, _ parents: [Int?]) -> Int {
        var earliest = start
        var position = parents[start]
        while let here = position, here != start {
            earliest = min(earliest, here)
            position = parents[here]
        }
        return earliest
    }

    // MARK: Times

    /// Goes down from the roots: parents are right before their children are measured by them.
    private mutating func correctTimes() {
        var stack: [(index: Int, parent: Int?, shift: ClockSkew.Shift)] = roots.map {
            ($0, nil, ClockSkew.Shift(host: ClockSkew.host(of: spans[$0]), delta: .zero))
        }
        let start = spans.lazy.filter(\.hasStart).map(\.start).min()
        var isChanged = false
        while let next = stack.popLast() {
            let index = next.index
            var shift = next.shift
            if !spans[index].hasStart {
                // 1970 is no time to draw; its parent's start is the best guess, or the trace's.
                spans[index].start = next.parent.map { spans[$0].start } ?? start ?? spans[index].start
                isChanged = true
            } else {
                if let parent = next.parent {
                    shift = ClockSkew.shift(of: spans[index], below: spans[parent], after: next.shift)
                }
                if shift.delta != .zero {
                    skews[index] = shift.delta
                    spans[index].move(by: shift.delta)
                    isChanged = true
                }
            }
            for child in children[index] { stack.append((child, index, shift)) }
        }
        guard isChanged else { return }
        func isEarlier(_ left: Int, _ right: Int) -> Bool {
            (spans[left].start, left) < (spans[right].start, right)
        }
        roots.sort(by: isEarlier)
        for index in children.indices where children[index].count > 1 { children[index].sort(by: isEarlier) }
    }

    func selfTime(of index: Int) -> Duration {
        let span = spans[index]
        var covered = Duration.zero
        var reached = span.start
        for child in children[index] {
            let from = max(spans[child].start, reached)
            let to = min(spans[child].end, span.end)
            if from < to {
                covered += from.duration(to: to)
                reached = to
            }
        }
        return max(.zero, span.duration - covered)
    }
}
