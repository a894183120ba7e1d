import TestSupport
import Testing
import TrafficPolicy

@Suite struct `Shares of priorities and localities` {
    private typealias Group = PriorityShares.Group

    /// Percent of each group.
    private func percent(_ groups: [PriorityShares.Group], threshold: Int = 50) -> [Int] {
        PriorityShares.shares(of: groups, threshold: threshold).map {
            Int(($0.parts * 100 + PriorityShares.whole / 2) / PriorityShares.whole)
        }
    }

    /// Of 100 endpoints each: the tables of Envoy's documentation, with what is left of 100 added where its program adds it.
    @Test(
        arguments: [
            ([100], [100]), ([72], [100]), ([71], [100]), ([50], [100]), ([25], [100]),
            ([100, 100], [100, 0]), ([72, 72], [100, 0]), ([71, 71], [99, 1]), ([50, 50], [70, 30]),
            ([25, 100], [35, 65]),
            ([25, 25], [50, 50]), ([5, 100], [7, 93]),
            ([100, 100, 100], [100, 0, 0]), ([72, 72, 100], [100, 0, 0]), ([71, 71, 100], [99, 1, 0]),
            ([50, 50, 100], [70, 30, 0]), ([25, 100, 100], [35, 65, 0]), ([25, 25, 100], [35, 35, 30]),
            ([25, 25, 20], [37, 35, 28]),
        ] as [([Int], [Int])])
    func `are those of Envoy's tables`(usable: [Int], expected: [Int]) {
        let groups = usable.enumerated().map { Group(priority: $0, usable: $1, total: 100) }

        #expect(percent(groups, threshold: 0) == expected)
    }

    @Test func `panic uses all endpoints, each priority by itself`() {
        func panics(_ usable: Int...) -> [Bool] {
            let groups = usable.enumerated().map { Group(priority: $0, usable: $1, total: 100) }
            return PriorityShares.shares(of: groups, threshold: 50).map(\.isPanic)
        }

        #expect(panics(100, 100) == [false, false])
        // Together they can take everything: nobody panics.
        #expect(panics(0, 100) == [false, false])
        #expect(panics(25, 100) == [false, false])
        #expect(panics(50, 21) == [false, true])
        #expect(panics(5, 60) == [true, false])
        #expect(panics(5, 6) == [true, true])
        #expect(
            percent([Group(priority: 0, usable: 0, total: 3), Group(priority: 1, usable: 0, total: 1)]) == [75, 25])
        #expect(percent([Group(priority: 0, usable: 0, total: 2)], threshold: 0) == [0])
    }

    @Test(arguments: [
        (10, 10, 50, false), (5, 10, 50, false), (4, 10, 50, true), (0, 10, 50, true), (0, 3, 0, false),
        (75, 100, 80, false), (71, 100, 80, true),
    ])
    func `panic is below the threshold and below full overprovisioning`(
        usable: Int, count: Int, threshold: Int, expected: Bool
    ) {
        let group = Group(priority: 0, usable: usable, total: count)
        #expect(PriorityShares.shares(of: [group], threshold: threshold).first?.isPanic == expected)
    }

    @Test func `localities have their weights, less what they lack`() {
        func groups(_ usable: Int...) -> [PriorityShares.Group] {
            zip([UInt32(1), 2], usable).map { Group(priority: 0, weight: $0, usable: $1, total: 100) }
        }

        // Envoy's example: X of weight 1 and Y of weight 2.
        #expect(percent(groups(100, 100)) == [33, 67])
        #expect(percent(groups(70, 100)) == [33, 67])
        #expect(percent(groups(69, 100)) == [33, 67])
        #expect(percent(groups(50, 100)) == [26, 74])
        #expect(percent(groups(25, 100)) == [15, 85])
        #expect(percent(groups(0, 100)) == [0, 100])
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func `are a whole, or nothing`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let groups = (0..<Int.random(in: 1...6, using: &generator)).map { _ in
            let total = Int.random(in: 0...20, using: &generator)
            return Group(
                priority: Int.random(in: 0...2, using: &generator), weight: .random(in: 0...5, using: &generator),
                usable: total == 0 ? 0 : Int.random(in: 0...total, using: &generator), total: total)
        }
        for threshold in [0, 50, 100] {
            let shares = PriorityShares.shares(of: groups, threshold: threshold)
            let sum = shares.reduce(0) { $0 + $1.parts }
            // A priority whose localities weigh nothing gives what it has to nobody.
            #expect(sum <= PriorityShares.whole + UInt64(groups.count))
            for (group, share) in zip(groups, shares) where share.parts > 0 {
                #expect(group.weight > 0 && group.total > 0 && (group.usable > 0 || share.isPanic))
            }
        }
    }
}
