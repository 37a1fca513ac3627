package org.penstock.daemon.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.penstock.protocol.ElementType;

/**
 * Several sources, one after the other.
 *
 * <p><b>Threading:</b> any thread, as the sources.
 */
final class JoinedSources implements FrameSource {
    private final List<FrameSource> sources;
    private final long[] ends;

    private JoinedSources(List<FrameSource> sources) {
        this.sources = List.copyOf(sources);
        this.ends = new long[sources.size()];
        long end = 0;
        for (int i = 0; i < ends.length; i++) {
            end += sources.get(i).frames();
            ends[i] = end;
        }
    }

    /** Joins sources whose frames are alike. */
    static FrameSource of(List<FrameSource> sources) throws IOException {
        FrameSource first = sources.getFirst();
        for (FrameSource source : sources) {
            if (source.type() != first.type() || !source.frameShape().equals(first.frameShape())) {
                throw new IOException("files hold frames of different kinds: file=" + first.name() + " has "
                        + describe(first) + ", file=" + source.name() + " has " + describe(source)
                        + "; send them as streams of their own");
            }
        }
        return sources.size() == 1 ? first : new JoinedSources(sources);
    }

    private static String describe(FrameSource source) {
        return source.type().wireName() + " " + source.frameShape();
    }

    @Override
    public String name() {
        return sources.getFirst().name() + " … " + sources.getLast().name();
    }

    @Override
    public ElementType type() {
        return sources.getFirst().type();
    }

    @Override
    public List<Long> frameShape() {
        return sources.getFirst().frameShape();
    }

    @Override
    public long frames() {
        return ends[ends.length - 1];
    }

    @Override
    public boolean isReady() {
        return sources.stream().allMatch(FrameSource::isReady);
    }

    @Override
    public ByteBuffer frame(long index, ByteBuffer scratch) throws IOException {
        int source = java.util.Arrays.binarySearch(ends, index);
        source = source >= 0 ? source + 1 : -source - 1;
        return sources.get(source).frame(index - (source == 0 ? 0 : ends[source - 1]), scratch);
    }

    @Override
    public void close() throws IOException {
        FrameFiles.closeAll(sources);
    }
}
