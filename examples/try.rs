use reliance::scenario::Scenario; use reliance::record::tally::Tally; use reliance::simulate::simulate;
fn main(){ let p=std::env::args().nth(1).unwrap();
 let s=match Scenario::load(std::path::Path::new(&p), &[]) {Ok(s)=>s, Err(e)=>{println!("{e}"); return}};
 let mut v=vec![];let mut w=vec![];
 for r in 0..5 { let mut t=Tally::new(s.warm_up); let t0=std::time::Instant::now(); let _o=simulate(&s, s.seed.replicate(r), &mut t); let dt=t0.elapsed(); let y=t.summary(); let n=y.jobs as f64;
  let t0=std::time::Instant::now(); let o=simulate(&s, s.seed.replicate(r), &mut ()); let d2=t0.elapsed();
  v.push(dt.as_nanos() as f64/n); w.push(d2.as_nanos() as f64/n); if r==0 {println!("{} {}", o.digest, o.events as f64/n);} }
 v.sort_by(f64::total_cmp); w.sort_by(f64::total_cmp); println!("tally {:.0} none {:.0}  min {:.0} {:.0}", v[2], w[2], v[0], w[0]); }
