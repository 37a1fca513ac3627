package org.penstock.daemon.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Hdf5LibraryTest {
    @TempDir
    Path folder;

    @BeforeEach
    void own() {
        Hdf5Library.open();
    }

    @AfterEach
    void ownAgain() {
        Hdf5Library.open();
    }

    @Test
    void shouldRefuseAThreadThatDoesNotOwnIt() {
        try (Hdf5File file = Hdf5File.create(folder.resolve("a.h5"))) {
            assertThatThrownBy(() -> elsewhere(file::flush))
                    .hasRootCauseInstanceOf(IllegalStateException.class)
                    .rootCause()
                    .hasMessageContaining("owner=" + Thread.currentThread().getName())
                    .hasMessageContaining("caller=hdf5-other");
            assertThatThrownBy(() -> elsewhere(() -> file.root().write("a", 1)))
                    .hasRootCauseInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> elsewhere(file::close)).hasRootCauseInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void shouldBelongToAnotherThreadOnceReleased() throws InterruptedException {
        Hdf5Library.release();

        elsewhere(() -> Hdf5File.create(folder.resolve("a.h5")).close());

        assertThat(folder.resolve("a.h5")).exists();
    }

    @Test
    void shouldComeBackWhenItsOwnerHasEnded() throws InterruptedException {
        Hdf5Library.release();
        Thread owner = Thread.ofPlatform().start(Hdf5Library::open);
        owner.join();

        Hdf5File.create(folder.resolve("a.h5")).close();

        assertThat(folder.resolve("a.h5")).exists();
    }

    @Test
    void shouldSayItsVersion() {
        assertThat(Hdf5Library.version()).isEqualTo("1.14.3");
    }

    /** Runs a task on a thread of its own, which has ended when this returns. */
    private static void elsewhere(Runnable task) throws InterruptedException {
        FutureTask<@Nullable Void> future = new FutureTask<>(task, null);
        Thread thread = Thread.ofPlatform().name("hdf5-other").start(future);
        thread.join();
        try {
            future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }
}
