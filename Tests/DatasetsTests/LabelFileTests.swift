import Testing

@testable import Datasets

/// labels.csv as people and programs write it.
@Suite struct LabelFileTests {
  private func read(
    _ text: String, _ pictures: Set<String> = ["a.png", "b.png", "im, 0.png"]
  ) throws(DatasetError) -> LabelFile {
    try LabelFile(text, path: "labels.csv", pictures: pictures)
  }

  private func problem(_ text: String, _ pictures: Set<String> = ["a.png"]) -> String {
    let error = #expect(throws: DatasetError.self) { try read(text, pictures) }
    return error?.description ?? ""
  }

  @Test(arguments: [
    "a.png,x\nb.png,y\n", "a.png,x\r\nb.png,y\r\n", "\u{feff}a.png,x\n\n  \nb.png,y",
    " a.png , x \n\"b.png\" , \"y\"", "id,label\na.png,x\nb.png,y", "./a.png,x\n././/b.png,y\n",
    "\u{feff}\"any\",\"heading, even this\"\r\na.png,x\rb.png,y\r",
    "file,label\na.png,x\nb.png,y\nb.png,y",
  ])
  func spellings(_ text: String) throws {
    let file = try read(text)
    #expect(file.labelOfFile == ["a.png": 0, "b.png": 1])
    #expect(file.classNames == ["x", "y"] && file.unknownFiles == [])
  }

  @Test func quotedFields() throws {
    let file = try read("\"im, 0.png\",\"a \"\"cat\"\"\"\na.png,\"two\r\nlines\"\nb.png,5\" disk")
    #expect(file.classNames == ["5\" disk", "a \"cat\"", "two\\x0d\\x0alines"])
    #expect(file.labelOfFile == ["im, 0.png": 1, "a.png": 2, "b.png": 0])
  }

  @Test func quotesThatAreNotClosed() {
    #expect(
      problem("a.png,x\n\"b.png,y\nc.png,z\n")
        == "labels.csv: the quote on line 2 is not closed, expected another at the end of its field"
    )
    #expect(problem("\"a\".png,x\n").contains("the quote on line 1 is closed within its field"))
    // Lines are counted as an editor does.
    #expect(problem("a.png,\"x\ny\"\n\na.png\n").contains("line 4 is 'a.png', expected file,label"))
  }

  @Test func classesAreThoseOfThePictures() throws {
    // The first line is called like a picture, so it is no heading.
    let file = try read("none.png,10\na.png,9\nb.png,9\nfar.gif,8\nnone.png,10\n")
    #expect(file.classNames == ["9"] && file.labelOfFile == ["a.png": 0, "b.png": 0])
    #expect(file.unknownFiles == ["far.gif", "none.png"])
    for _ in 0..<8 {
      #expect(
        try read("a.png,1\nb.png,01\nim0,0\n\"im, 0.png\",001").classNames == ["001", "01", "1"])
    }
    #expect(try read("a.png,10\nb.png,9\n").classNames == ["9", "10"])
  }

  @Test func whatIsWrongIsSaid() {
    #expect(problem("a.png\n") == "labels.csv: line 1 is 'a.png', expected file,label")
    #expect(problem("id,file,label\n").contains("line 1 is 'id,file,label'"))
    #expect(problem("a.png,1\n./a.png,2\n").contains("'a.png' is two labels"))
    for text in ["", "\u{feff}", "\n\r\n"] {
      #expect(problem(text) == "labels.csv: content is nothing, expected lines of file,label")
    }
    #expect(
      problem("file,label\n")
        == "labels.csv: content is a heading alone, 'file,label', expected lines of file,label")
    #expect(
      problem("file,label\n/data/a.png,x\n", ["x/b.png", "x/a.png"])
        == "labels.csv: the file on line 2 is '/data/a.png', and no line names a picture that is "
        + "there, expected a path that starts at the folder and not with '/', such as 'x/a.png'")
    #expect(problem("a,x\nb,y\n").contains("the file on line 2 is 'b', and no line names"))
  }
}
