import Serving

/// What the layers that attend equally far add to an iteration beyond what the number of tokens
/// says; made once for a shard and a GPU.
struct AttentionTerm: ~Copyable, Sendable {
  private let attention: ShardAttention
  private let prefill: KernelSlice
  private let decode: KernelSlice
  /// Where so many decodes lie in their table.
  private let places: [Grid.Place]
  private static let placed = 1024

  /// The term of `mixer`, if it is of this kind.
  init?(of mixer: ShardMixer, among tables: KernelTables, on gpu: GPU) {
    guard case .attention(let attention) = mixer else { return nil }
    self.attention = attention
    prefill = tables.slice(through: attention.prefillKernel([]), on: gpu)
    let decode = tables.slice(through: attention.decodeKernel(sequences: 1, context: 1), on: gpu)
    places = (0...Self.placed).map { decode.place(attention.logRows(of: max(1, $0))) }
    self.decode = decode
  }

  /// Whether all of its times are measured.
  var isMeasured: Bool { prefill.isMeasured && decode.isMeasured }

  /// The seconds of the prompts in `batch`, in all layers, where times are measured.
  @inline(__always)
  func prefillSeconds(_ batch: borrowing Batch) -> Double {
    let kernel = attention.prefillKernel(batch.chunks)
    return prefill.seconds(kernel, at: kernel.point[1], kernel.point[2]) * Double(attention.layers)
  }

  /// The seconds of the decodes in `batch`, in all layers, where times are measured.
  @inline(__always)
  func decodeSeconds(_ batch: borrowing Batch) -> Double {
    let count = batch.decodes
    let work = attention.decodeWork(sequences: count, context: batch.decodeContext)
    let place =
      count <= Self.placed ? places[count] : decode.place(attention.logRows(of: count))
    return decode.seconds(work, at: place) * Double(attention.layers)
  }

  /// The measured seconds of `operation`, if it is this attention.
  func seconds(_ operation: Operation, _ kernel: Kernel) -> Double? {
    switch operation.shape {
    case .prefill(_, _, _, _, let window) where window == attention.window: prefill.seconds(kernel)
    case .decode(_, _, _, _, _, _, let window) where window == attention.window:
      decode.seconds(kernel)
    default: nil
    }
  }
}

/// The same of layers with latent attention, the products beside it included.
struct LatentTerm: ~Copyable, Sendable {
  private let attention: ShardLatent
  private let prefill: KernelSlice
  private let decode: KernelSlice
  /// Seconds of the products: by the latents that are expanded, and by the decodes.
  private let byLatents = PriceTable()
  private let byDecodes = PriceTable()

  /// The term of `mixer`, if it is of this kind.
  init?(of mixer: ShardMixer, among tables: KernelTables, on gpu: GPU) {
    guard case .latent(let attention) = mixer else { return nil }
    self.attention = attention
    prefill = tables.slice(through: attention.prefillKernel([]), on: gpu)
    decode = tables.slice(through: attention.decodeKernel(sequences: 1, context: 1), on: gpu)
  }

  /// Whether the times of the attention are measured.
  var isMeasured: Bool { prefill.isMeasured && decode.isMeasured }

  /// The seconds of the prompts in `batch`, in all layers; `prices` has those of the products.
  @inline(__always)
  func prefillSeconds(_ batch: borrowing Batch, _ prices: ShardPrices) -> Double {
    let kernel = attention.prefillKernel(batch.chunks)
    let seconds = prefill.seconds(kernel, at: kernel.point[0], kernel.point[1])
    let latents = attention.latents(of: batch.chunks)
    let known = byLatents[latents]
    return seconds * Double(attention.layers)
      + (known > 0 ? known : worked(expansions: latents, prices))
  }

  /// The seconds of the decodes in `batch`, in all layers; `prices` has those of the products.
  @inline(__always)
  func decodeSeconds(_ batch: borrowing Batch, _ prices: ShardPrices) -> Double {
    let kernel = attention.decodeKernel(sequences: batch.decodes, context: batch.decodeContext)
    let seconds = decode.seconds(kernel, at: kernel.point[1], kernel.point[2])
    let known = byDecodes[batch.decodes]
    return seconds * Double(attention.layers)
      + (known > 0 ? known : worked(absorptions: batch.decodes, prices))
  }

  /// The measured seconds of `operation`, if it is latent attention.
  func seconds(_ operation: Operation, _ kernel: Kernel) -> Double? {
    switch operation.kind {
    case .latentPrefill: prefill.seconds(kernel)
    case .latentDecode: decode.seconds(kernel)
    default: nil
    }
  }

  @inline(never)
  private func worked(expansions: Int, _ prices: ShardPrices) -> Double {
    let seconds = prices.sum { $0(attention.expand(rows: expansions)) }
    return byLatents.keep(seconds, of: expansions)
  }

  @inline(never)
  private func worked(absorptions: Int, _ prices: ShardPrices) -> Double {
    let seconds = prices.sum {
      $0(attention.absorbQuery(rows: absorptions))
      $0(attention.absorbValue(rows: absorptions))
    }
    return byDecodes.keep(seconds, of: absorptions)
  }
}
