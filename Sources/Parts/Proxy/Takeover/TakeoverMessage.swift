/// What two proxies say to each other while one takes the other's place. A message is a word; the sockets go beside
/// ``socket``.
///
///     new  → old   take                 "let me have your sockets"
///     old  → new   socket … socket end  both accept from now on
///     new  → old   ready                "my configuration is in force"
///     old  → new   released             the old one has closed its pages and drains; the new one opens them
///
/// If the new one goes away before it is ready, the old one goes on as if nothing had been.
enum TakeoverMessage: String {
    /// With the version of this exchange, so that another one is refused.
    case take = "take 1"
    case socket
    case end
    case ready
    case released
    /// The old one is about to end anyway, or somebody else is taking over.
    case refused

    init?(_ bytes: [UInt8]) { self.init(rawValue: String(decoding: bytes, as: UTF8.self)) }

    var bytes: [UInt8] { Array(rawValue.utf8) }
}
