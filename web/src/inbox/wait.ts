/** Waiting that ends when its time is up and somebody looks at the page, or at once when it is told so. */

export interface Wait {
  over: Promise<void>;
  now: () => void;
}

export function wake(milliseconds: number): Wait {
  let now = () => {};
  const over = new Promise<void>((resolve) => {
    let isDue = false;
    const look = () => {
      if (isDue && !document.hidden) now();
    };
    const timer = setTimeout(() => {
      isDue = true;
      look();
    }, milliseconds);
    now = () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
      resolve();
    };
    document.addEventListener("visibilitychange", look);
  });
  return { over, now };
}
