extension ObjectFormat {
  /// Spans of OpenTelemetry's conventions for generative AI, as OTLP writes them in JSON.
  ///
  /// github.com/open-telemetry/semantic-conventions-genai; older names of tokens are known.
  static let openTelemetry = ObjectFormat(
    name: "otel", summary: "OpenTelemetry's GenAI spans in OTLP/JSON, or in a list of spans",
    signs: [["resourceSpans", "spans"]],
    fields: [
      Field("resourceSpans", .rows),
      Field("scopeSpans", .rows),
      Field("spans", .rows),
      Field("startTimeUnixNano", .arrival(.nanoseconds)),
      Field("start_time", .date),
      Field("attributes", .attributes),
      Field("gen_ai.operation.name", .operation),
      Field("gen_ai.usage.input_tokens", .prompt),
      Field("gen_ai.usage.prompt_tokens", .prompt),
      Field("gen_ai.usage.output_tokens", .output),
      Field("gen_ai.usage.completion_tokens", .output),
      Field("gen_ai.conversation.id", .session),
      Field("exgentic.session.id", .session),
      Field("gen_ai.input.messages", .promptText),
      Field("gen_ai.output.messages", .outputText),
      Field("gen_ai.output.text", .outputText),
      Field("error.type", .failure),
    ], passesOthers: true)
}
