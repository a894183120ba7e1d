package import Quantities

/// Which moment the screens show.
package struct TimeState: Hashable, Sendable {
    /// The moment that is held; nothing while the newest is shown.
    package internal(set) var held: WallTime?
    /// The moment that is being asked for.
    var asked: WallTime?
    /// The moment that the person wants to see next, while an answer is under way: of many key presses only the last
    /// one is asked for.
    var wanted: WallTime?
    /// Counts the questions, so that an answer that comes after all was given up is not shown.
    var question = 0

    package var isLive: Bool { held == nil }

    /// One press of `[` or `]`.
    static let step = Duration.seconds(5)

    /// From where the next step goes.
    var base: WallTime? { wanted ?? asked ?? held }

    mutating func goLive() {
        self = TimeState(question: question + 1)
    }

    private init(question: Int) { self.question = question }
    init() {}
}
