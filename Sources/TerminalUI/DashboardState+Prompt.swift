import Snapshots

extension DashboardState {
  /// A text that is asked for in the bottom line.
  struct Prompt: Sendable, Equatable {
    /// What it is for, as it was when the field was opened: what is shown may follow another
    /// sub-head meanwhile.
    enum Purpose: Sendable, Equatable {
      /// What the cluster is called.
      case name(ClusterID)
      /// Into which folder the pictures are sorted, by the clusters of this sub-head.
      case sort(HeadID, subHead: Int)
    }

    var purpose: Purpose
    var field: TextField
    /// Why the text was not taken, until the next key.
    var problem: String?

    /// Stands before the field.
    var question: String {
      switch purpose {
      case .name(let cluster): "cluster \(cluster.cluster) is called "
      case .sort(let head, let subHead):
        "sort the pictures by \(head.rawValue)\(subHead + 1) into the folder "
      }
    }

    var note: String {
      switch purpose {
      case .name: "Enter keeps it, Esc does not"
      case .sort: "Enter sorts, Esc does not"
      }
    }

    /// Of the field, in columns.
    var longest: Int {
      switch purpose {
      case .name: ClusterNames.longestName
      case .sort: Self.longestPath
      }
    }

    static let longestPath = 400
  }

  /// Asks for the folder that the pictures are sorted into.
  mutating func openSorting() {
    guard chosenEvaluation(at: moment) != nil else {
      say("no evaluation yet, which tells the clusters")
      return
    }
    guard !clustersPixels else {
      say("pictures whose pixels are clustered are in no cluster; iic-tui predict makes their maps")
      return
    }
    prompt = Prompt(
      purpose: .sort(head, subHead: chosenSubHead(at: moment)),
      field: TextField(limit: Prompt.longestPath))
  }

  /// A key while a text is asked for.
  mutating func type(_ key: Key) -> [DashboardAction] {
    guard var open = prompt else { return [] }
    open.problem = nil
    switch open.field.press(key) {
    case .goesOn: prompt = open
    case .left: prompt = nil
    case .accepted:
      switch open.purpose {
      case .name(let cluster):
        do throws(ClusterNameProblem) {
          let name = try ClusterNames.checked(open.field.text)
          prompt = nil
          return [.nameCluster(cluster, name: name)]
        } catch {
          open.problem = "the name \(error)"
          prompt = open
        }
      case .sort(let head, let subHead):
        guard !open.field.text.isEmpty else {
          open.problem = "the name is empty, expected a folder"
          prompt = open
          return []
        }
        prompt = nil
        say("sorting the pictures", seconds: 600)
        return [.sortPictures(head, subHead: subHead, into: open.field.text)]
      }
    }
    return []
  }
}
