/// How listeners that stop accepting end the connections that stand.
struct DrainPlan: Sendable {
    /// How long requests may finish.
    var deadline: Duration
    /// Whether idle connections stay for one more request, whose answer tells the client to connect anew.
    var sparesIdle: Bool

    /// The proxy ends, or a listener of it.
    static let ending = DrainPlan(deadline: .seconds(5), sparesIdle: false)
    /// A successor accepts already, so that nobody waits for this proxy's end.
    static let takeover = DrainPlan(deadline: .seconds(15), sparesIdle: true)
}
