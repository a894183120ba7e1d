import Discovery
import MeshConfig

extension AccessLog {
    /// The log that the mesh's options ask for; nothing where they ask for none.
    init?(_ options: MeshOptions) {
        guard !options.accessLogFile.isEmpty else { return nil }
        let format: Format =
            switch options.accessLogEncoding {
            case .text: .text(options.accessLogLine ?? Self.istioText)
            case .json: .json(options.accessLogFields ?? Self.istioJSON)
            }
        self.init(path: options.accessLogFile, format: format)
    }
}

extension Listener {
    /// The same listener, whose requests and connections have a line each in `log`.
    func logging(to log: AccessLog) -> Listener {
        var listener = self
        for index in listener.filterChains.indices {
            switch listener.filterChains[index].filter {
            case .http(var manager):
                manager.accessLogs = [log]
                listener.filterChains[index].filter = .http(manager)
            case .tcp(var proxy):
                proxy.accessLogs = [log]
                listener.filterChains[index].filter = .tcp(proxy)
            }
        }
        return listener
    }
}
