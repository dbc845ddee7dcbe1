import { useEffect, useState } from "preact/hooks";

/** An address of this content that lives as long as the view that shows it. */
export function useAddress(content: Blob): string {
  const [address, setAddress] = useState("");
  useEffect(() => {
    const made = URL.createObjectURL(content);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [content]);
  return address;
}
