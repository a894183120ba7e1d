/// Collects the workers' answers to one question, in the order in which they come.
final class Gathering<Answer> {
    private let count: Int
    private let completion: ([Answer]) -> Void
    private var answers: [Answer] = []

    /// - Parameter completion: called once, when there are `count` answers.
    init(count: Int, _ completion: @escaping ([Answer]) -> Void) {
        self.count = count
        self.completion = completion
    }

    func add(_ answer: Answer) {
        answers.append(answer)
        if answers.count == count { completion(answers) }
    }
}
