package org.penstock.daemon.config;

import org.penstock.compression.ChunkCodec;

/**
 * How chunks are stored unless a stream asks otherwise, and on how many threads they are compressed.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param codec of streams that name none
 * @param threads that compress; given as 0 it becomes one less than the cores, at least 1
 */
public record CompressionConfig(
        @Reloadable ChunkCodec codec, @Automatic int threads) {

    /** @throws ConfigurationException with every value that is refused */
    public CompressionConfig {
        threads = threads == 0 ? Math.max(1, Runtime.getRuntime().availableProcessors() - 1) : threads;
        new SectionCheck("compression").count("threads", threads, 1, 1024).refuseProblems();
    }
}
