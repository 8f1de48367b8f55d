import Formats
import Serving

extension HuggingFaceFile {
  typealias Reader = @Sendable (HuggingFaceFile) -> () throws(InputError) -> Model

  /// What reads the files of each family.
  static let readers: [String: Reader] = own.merging(
    FamilyTraits.all.mapValues { _ in modelOfTraits }
  ) { own, _ in own }

  /// The readers of families that traits do not tell all of.
  private static let own: [String: Reader] = [
    "llama": gatedModel, "mistral": gatedModel, "mixtral": gatedModel, "phi3": gatedModel,
    "phimoe": gatedModel, "granite": gatedModel, "minimax_m2": gatedModel, "minimax_m3": gatedModel,
    "gpt_oss": gatedModel, "glm4_moe": gatedModel, "olmo2": gatedModel, "seed_oss": gatedModel,
    "hunyuan_v1_dense": gatedModel, "hunyuan_v1_moe": gatedModel, "bailing_moe_v2": gatedModel,
    "qwen2": qwen, "qwen2_moe": qwen, "qwen3": qwen, "qwen3_moe": qwen,
    "qwen3_next": qwenNext, "qwen3_5": qwenNext, "qwen3_5_moe": qwenNext,
    "gemma2": gemma, "gemma3": gemma, "gemma4": gemma4, "gemma3n": gemma3n,
    "falcon": falcon, "RefinedWeb": falcon, "RefinedWebModel": falcon, "phi": phi, "opt": opt,
    "gpt2": gpt2, "deepseek_v2": deepSeek, "deepseek_v3": deepSeek, "deepseek_v32": deepSeek,
    "glm_moe_dsa": deepSeek, "deepseek_v4": deepSeekV4, "longcat_flash": longCat, "llama4": llama4,
    "mimo_v2_flash": mimoFlash, "step3p7": step, "step3p5": step, "nemotron_h": nemotron,
    "mamba2": mamba, "bamba": bamba, "granitemoehybrid": bamba, "falcon_h1": falconH1,
    "jamba": jamba, "mamba": mamba1, "falcon_mamba": mamba1, "kimi_linear": kimiLinear,
    "lfm2": shortConvolutions, "lfm2_moe": shortConvolutions,
    "minimax": miniMax, "nemotron-nas": nemotronNAS,
  ]

  /// Families whose files and models are those of another.
  static let alike = [
    "deepseek_ref": "deepseek_v4", "kimi_k2": "deepseek_v3", "kimi_k25": "deepseek_v3",
    "mimo": "qwen2", "qwen2_vl": "qwen2",
    "qwen2_5_vl": "qwen2", "qwen3_vl": "qwen3", "qwen3_vl_moe": "qwen3_moe", "ministral": "mistral",
    "mistral3": "mistral", "glm4v_moe": "glm4_moe", "ministral3": "mistral", "glm4v": "glm4",
    "minimax_m1": "minimax", "minimax_text_01": "minimax", "hunyuan": "hunyuan_v1_moe",
    "kimi_vl": "deepseek_v3", "glm4_moe_lite": "deepseek_v3", "youtu": "deepseek_v3",
    "cwm": "mistral", "solar_open": "glm4_moe", "qwen2_5_omni": "qwen2",
    "qwen3_omni_moe": "qwen3_moe",
  ]

  /// Families of models that see or hear too, whose text part is an object in the file.
  static let larger: Set<String> = [
    "gemma3", "gemma4", "llama4", "kimi_k25", "qwen2_vl", "qwen2_5_vl", "qwen3_vl", "qwen3_vl_moe",
    "qwen3_5", "qwen3_5_moe", "mistral3", "glm4v_moe", "glm4v", "kimi_vl", "kimi_k3", "llava",
    "llava_next", "gemma3n", "llava_next_video", "llava_onevision", "pixtral", "aya_vision",
    "idefics3",
    "smolvlm", "paligemma", "internvl", "internvl_chat", "cohere2_vision", "qwen2_5_omni",
    "qwen3_omni_moe",
  ]

  /// What families that people serve have, and no reader knows.
  static let lacking = [
    "mllama": "attention to an image's tokens", "whisper": "attention to what an encoder made",
    "t5": "attention to what an encoder made", "bart": "attention to what an encoder made",
    "bert": "attention in both directions", "minicpm3": "a cache of expanded latents",
    "recurrent_gemma": "a gated linear recurrence", "rwkv6": "its recurrence",
    "zamba2": "attention whose weights several layers share",
    "arctic": "an MLP beside experts",
    "dbrx": "the notation of its file", "mpt": "the notation of its file",
    "bloom": "positions by slopes", "grok-1": "the notation of its file",
    "phi4mm": "adapters of other modalities", "qwen": "the notation of its file",
  ]

  /// The values of `model_type` that are understood.
  static var families: [String] {
    Set(readers.keys).union(alike.keys).union(larger).subtracting(["RefinedWeb", "RefinedWebModel"])
      .sorted()
  }
}
