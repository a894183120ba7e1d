import Quantities

/// When to ask for the next certificate: at half of the life it had when it came, as Istio does, so that a control plane
/// may be gone for the other half.
///
/// The certificate's own start does not count: authorities date it back for clocks that are behind, and for a short life
/// half of the whole would then be over on arrival.
enum RenewalSchedule {
    /// Never ask more often than this, however short the life.
    static let shortest: Duration = .milliseconds(500)

    /// The wait from `now` for a certificate that came at `received`; at most a day: a clock that was set forward must
    /// not silence renewal.
    static func wait(now: WallTime, received: WallTime, notAfter: WallTime) -> Duration {
        let life = max(received.duration(to: notAfter), .zero)
        let due = received.advanced(by: max(life / 2, shortest))
        return min(max(now.duration(to: due), .zero), .seconds(86_400))
    }

    /// Whether the certificate can still prove who we are.
    static func isUsable(now: WallTime, notBefore: WallTime, notAfter: WallTime) -> Bool {
        // Clocks of one mesh may differ by a little: a certificate from the near future counts.
        now < notAfter && now.advanced(by: .seconds(60)) >= notBefore
    }
}
