import TrafficPolicy

/// Lets connections pass or not, by policies about who calls; others are only tried and counted.
struct ConnectionGuard: Sendable {
    let enforced: AccessJudge?
    let tried: AccessJudge?

    func allows(_ facts: ConnectionAccess) -> Bool {
        _ = tried?.judge(facts)
        return enforced?.judge(facts).isAllowed ?? true
    }
}
