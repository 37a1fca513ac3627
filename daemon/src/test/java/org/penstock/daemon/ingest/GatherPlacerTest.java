package org.penstock.daemon.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.IntBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.daemon.ingest.FramePlacer.Outcome;
import org.penstock.daemon.journal.FramesEntry;
import org.penstock.daemon.journal.JournalKind;
import org.penstock.daemon.journal.JournalReader;
import org.penstock.daemon.journal.JournalWriter;
import org.penstock.daemon.pipeline.StreamTerms;
import org.penstock.daemon.ring.ChunkBuffer;
import org.penstock.daemon.ring.FrameRing;
import org.penstock.daemon.ring.KeptFrames;
import org.penstock.daemon.ring.Lanes;
import org.penstock.daemon.ring.StreamLane;
import org.penstock.daemon.telemetry.Telemetry;
import org.penstock.protocol.FrameRange;

/** Chunks of four frames of eight bytes, eight frames a part. */
final class GatherPlacerTest {
    private static final byte FILL = -1;
    private static final long NOW_NS = 1_000_000;
    private static final long WAIT_NS = 500;

    private final StreamLane lane = Lanes.of(new FrameGeometry(8, 2, 4, 8, 1), 3);
    private final FrameRing ring = new FrameRing(16, new Telemetry());
    private final GatherPlacer placer = placer(4, Long.MAX_VALUE);

    @Test
    void shouldHandOnAChunkWhenItIsFullInWhateverOrder() {
        receive(placer, 3, 0, 1);
        assertThat(published()).isEmpty();

        receive(placer, 2);

        assertThat(published()).containsExactly("0: 0 1 2 3");
    }

    @Test
    void shouldHandOnTheLastChunkWhenNoMoreFramesWillCome() {
        GatherPlacer six = placer(4, 6);
        receive(six, 5, 4);

        assertThat(published()).containsExactly("4: 4 5 fill fill");
    }

    @Test
    void shouldFillHolesAtTheEnd() {
        receive(placer, 0, 2, 5);
        placer.finish();

        assertThat(published()).containsExactlyInAnyOrder("0: 0 fill 2 fill", "4: fill 5 fill fill");
        assertThat(placer.place(1, new FramePlace(() -> {}))).isEqualTo(Outcome.TOO_LATE);
    }

    @Test
    void shouldHaveNoPlaceWhenAllBuffersAreTaken() {
        receive(placer, 0, 4, 8);

        assertThat(placer.place(12, new FramePlace(() -> {}))).isEqualTo(Outcome.NO_MEMORY);
        assertThat(placer.place(9, new FramePlace(() -> {}))).isEqualTo(Outcome.PLACED);
    }

    @Test
    void shouldHandOnTheOldestChunkOnlyWhenMemoryIsWantedAndNothingCame() {
        receive(placer, 4, 0, 8);
        placer.relieve(NOW_NS + 2 * WAIT_NS, WAIT_NS);
        assertThat(published()).as("nobody wants memory").isEmpty();

        placer.place(12, new FramePlace(() -> {}));
        placer.relieve(NOW_NS + WAIT_NS, WAIT_NS);
        assertThat(published()).as("its frames may still come").isEmpty();

        placer.relieve(NOW_NS + WAIT_NS + 1, WAIT_NS);
        assertThat(published()).containsExactly("0: 0 fill fill fill");
        assertThat(placer.place(1, new FramePlace(() -> {}))).isEqualTo(Outcome.TOO_LATE);
    }

    @Test
    void shouldNotHandOnAChunkThatAFrameIsOnItsWayTo() {
        receive(placer, 0, 4, 8);
        FramePlace underWay = new FramePlace(() -> {});
        placer.place(1, underWay);
        placer.place(12, new FramePlace(() -> {}));
        placer.relieve(NOW_NS + 2 * WAIT_NS, WAIT_NS);
        assertThat(published()).isEmpty();

        placer.abandon(underWay);
        placer.relieve(NOW_NS + 2 * WAIT_NS, WAIT_NS);

        assertThat(published()).containsExactly("0: 0 fill fill fill");
    }

    @Test
    void shouldWaitAnewForFramesOfAnOpenChunkThatWereTakenBack() {
        receive(placer, 0, 1, 2);
        placer.takenBack(List.of(new FrameRange(0, 2)));
        receive(placer, 0, 3);
        assertThat(published()).as("1 is still to come").isEmpty();

        receive(placer, 1);

        assertThat(published()).containsExactly("0: 0 1 2 3");
    }

    @Test
    void shouldCountAFrameThatComesTwiceOnce() {
        receive(placer, 0, 1, 2);
        receive(placer, 2);
        assertThat(published()).isEmpty();

        receive(placer, 3);

        assertThat(published()).containsExactly("0: 0 1 2 3");
    }

    @Test
    void shouldBringBackFramesThatAJournalKeepsHoweverOftenThatIsSaid(@TempDir Path folder) throws Exception {
        KeptFrames.Kept kept = journalled(folder.resolve("journal"));
        lane.kept().add(kept);
        lane.kept().add(kept);

        receive(placer, 2);
        assertThat(published()).isEmpty();
        receive(placer, 3);

        assertThat(published()).containsExactly("0: 0 1 2 3");
    }

    /** Their part was closed and made anew, and its journal went: that the frame comes too late is for the files to say. */
    @Test
    void shouldTakeAFrameOfAChunkWhoseJournalIsGone(@TempDir Path folder) throws Exception {
        KeptFrames.Kept kept = journalled(folder.resolve("journal"));
        lane.kept().add(kept);
        Files.delete(kept.journal());

        receive(placer, 2);
        placer.finish();

        assertThat(published()).containsExactly("0: fill fill 2 fill");
    }

    /** Keeps frames 0 and 1 in a journal. */
    private static KeptFrames.Kept journalled(Path journal) throws IOException {
        MemorySegment chunk = Arena.ofAuto().allocate(32);
        chunk.asSlice(8, 8).fill((byte) 1);
        BitSet positions = new BitSet();
        positions.set(0, 2);
        try (JournalWriter writer = JournalWriter.create(journal, JournalKind.PART, new byte[0])) {
            writer.frames(0, positions, IntBuffer.wrap(new int[] {0, 1, 0, 0}), chunk, 8);
        }
        return new KeptFrames.Kept(
                journal, (FramesEntry) JournalReader.read(journal).entries().getFirst(), null);
    }

    @Test
    void shouldGiveTheBufferBackWhenNoFrameOfItArrived() {
        FramePlace broken = new FramePlace(() -> {});
        placer.place(0, broken);
        placer.abandon(broken);
        placer.finish();

        assertThat(published()).isEmpty();
        assertThat(broken.isEmpty()).isTrue();
        for (int i = 0; i < 3; i++) {
            assertThat(lane.pool().tryAcquire()).isNotNull();
        }
    }

    @Test
    void shouldHandOnAPartsChunksBeforeThatPartIsClosed() {
        GatherPlacer onePart = placer(1, Long.MAX_VALUE);
        receive(onePart, 0, 5);
        receive(onePart, 8);

        assertThat(published()).containsExactlyInAnyOrder("0: 0 fill fill fill", "4: fill 5 fill fill");
    }

    @Test
    void shouldKeepAPartsChunksWhileThatPartIsOpenHoweverFarAFrameIsAhead() {
        GatherPlacer twoParts = placer(sixChunks(), 2, Long.MAX_VALUE);
        receive(twoParts, 0, 1, 56);
        assertThat(published()).isEmpty();

        receive(twoParts, 2, 3, 4, 5, 6, 7);
        assertThat(published()).containsExactly("0: 0 1 2 3", "4: 4 5 6 7");

        receive(twoParts, 8, 9, 16);
        assertThat(published()).containsExactly("0: 0 1 2 3", "4: 4 5 6 7", "8: 8 9 fill fill");
    }

    @Test
    void shouldKnowTheOpenPartsOfAnEarlierLifeOfTheDaemon() {
        lane.ledger().receive(0, 0);
        lane.ledger().receive(8, 0);
        GatherPlacer twoParts = placer(2, Long.MAX_VALUE);
        receive(twoParts, 1, 9);
        assertThat(published()).isEmpty();

        receive(twoParts, 16);

        assertThat(published()).containsExactly("0: fill 1 fill fill");
    }

    @Test
    void shouldNotCloseAPartForAFrameOfOneThatIsClosed() {
        GatherPlacer onePart = placer(sixChunks(), 1, Long.MAX_VALUE);
        receive(onePart, 0, 1, 2, 3, 8, 9, 10, 11, 12, 4, 5, 6, 7);

        assertThat(published()).containsExactly("0: 0 1 2 3", "8: 8 9 10 11", "4: 4 5 6 7");
    }

    @Test
    void shouldGiveThePlaceToTheConnectionThatBringsTheFrameAgain() {
        List<String> lost = new ArrayList<>();
        FramePlace first = new FramePlace(() -> lost.add("first"));
        FramePlace second = new FramePlace(() -> lost.add("second"));
        placer.place(0, first);
        placer.place(0, second);

        assertThat(lost).containsExactly("first");
        assertThat(first.isEmpty()).isTrue();
        assertThat(second.position()).isZero();
    }

    @Test
    void shouldTakeNoHeapForAChunk() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        FramePlace place = new FramePlace(() -> {});
        long bytes = Long.MAX_VALUE;
        long frame = 0;
        // until the JIT has compiled it, the measuring itself included
        for (int round = 0; round < 1_000 && bytes > 0; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 400; i++) {
                placer.place(frame, place);
                ChunkBuffer chunk = place.chunk();
                placer.complete(place, 0, NOW_NS);
                if (++frame % 4 == 0) {
                    lane.pool().release(chunk);
                }
            }
            bytes = threads.getCurrentThreadAllocatedBytes() - before;
        }

        assertThat(bytes).as("bytes of heap for a hundred chunks").isZero();
    }

    private GatherPlacer placer(int openParts, long storedFrames) {
        return placer(lane, openParts, storedFrames);
    }

    private GatherPlacer placer(StreamLane of, int openParts, long storedFrames) {
        MemorySegment fill = Arena.ofAuto().allocate(8).fill(FILL);
        return new GatherPlacer(
                of, ring, storedFrames, new StreamTerms(StreamTerms.UNLIMITED, true, false, 1, openParts, fill));
    }

    private static StreamLane sixChunks() {
        return Lanes.of(new FrameGeometry(8, 2, 4, 8, 1), 6);
    }

    /** Frame {@code i} is filled with {@code i}. */
    private static void receive(GatherPlacer placer, long... frames) {
        for (long frame : frames) {
            FramePlace place = new FramePlace(() -> {});
            assertThat(placer.place(frame, place)).isEqualTo(Outcome.PLACED);
            place.chunk().raw().asSlice(place.offset(8), 8).fill((byte) frame);
            placer.complete(place, (int) frame, NOW_NS);
        }
    }

    /** Returns what is in the ring: first frame, then what each frame of the chunk is filled with. */
    private List<String> published() {
        List<String> chunks = new ArrayList<>();
        for (long sequence = 0; sequence <= ring.cursor(); sequence++) {
            ChunkBuffer chunk = Objects.requireNonNull(ring.slot(sequence).chunk());
            StringBuilder text = new StringBuilder(chunk.firstFrame() + ":");
            for (int position = 0; position < 4; position++) {
                byte[] frame = chunk.raw().asSlice(8L * position, 8).toArray(ValueLayout.JAVA_BYTE);
                assertThat(frame).containsOnly(frame[0]);
                assertThat(chunk.present().get(position)).isEqualTo(frame[0] != FILL);
                text.append(' ').append(frame[0] == FILL ? "fill" : frame[0]);
            }
            chunks.add(text.toString());
        }
        return chunks;
    }
}
